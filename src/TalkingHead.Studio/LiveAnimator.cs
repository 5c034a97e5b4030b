using TalkingHead.Animation;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Studio;

/// <summary>A frame of the head for a frame of the camera.</summary>
/// <param name="State">Where its landmarks are from.</param>
/// <param name="Picture">The head; of a lost frame the last one.</param>
/// <param name="Driver">In pixels of the camera's frame; null without a face.</param>
/// <param name="Drawn">In pixels of the head's frame; null before the first face.</param>
sealed record LiveFrame(FrameState State, Picture Picture, Landmarks? Driver, Landmarks? Drawn);

/// <summary>
/// Drives a head with a camera, frame by frame, without waiting for later ones. The driver's shape at rest is estimated from
/// what was seen, soon and then better, until someone calibrates. One thread uses it at a time.
/// </summary>
sealed class LiveAnimator : IDisposable
{
    /// <summary>Seconds of one camera's pause after which nothing of before is followed.</summary>
    const double Gap = 1;

    /// <summary>Seconds that the last landmarks stand in for missing ones.</summary>
    const double HoldSeconds = 1;

    /// <summary>Seconds between the faces that the shape at rest is estimated from, and how many are kept.</summary>
    const double SampleSeconds = 0.1;
    const int Samples = 80, CalibrationFrames = 8;

    // After so many seconds with a face the shape at rest and the square are estimated again.
    static readonly double[] EstimateAt = [0, 0.5, 1, 2, 4, 8];

    readonly Head head;
    readonly MeshTracker tracker = new();
    readonly Queue<Landmarks> latest = [];
    readonly List<Landmarks> samples = [];
    FaceTrack track;
    LandmarkSmoothing smoothing;
    FollowingCrop? crop;
    LandmarkTransfer? transfer;
    Landmarks? rest, own; // the driver at rest in the head's frame, and the head's own shape there
    Landmarks? drawn;
    Picture shown;
    double last = double.NegativeInfinity, lastFound, firstFound = double.NaN, lastSample = double.NegativeInfinity;
    int estimates;
    bool calibrating;

    /// <param name="head">Becomes this one's own.</param>
    /// <param name="controls">The sliders at the start.</param>
    public LiveAnimator(Head head, MotionControls controls)
    {
        (this.head, this.controls) = (head, controls);
        (track, smoothing, shown) = (tracker.Begin(), new(30, controls.Smoothing), head.Portrait);
    }

    public Head Head => head;

    MotionControls controls;

    /// <summary>The sliders.</summary>
    public MotionControls Controls
    {
        get => controls;
        set
        {
            if (value.Smoothing != controls.Smoothing)
                smoothing = new(30, value.Smoothing);
            controls = value;
        }
    }

    /// <summary>Takes the face of now as the one at rest, and its place and size as the middle.</summary>
    public void Calibrate() => calibrating = true;

    /// <summary>The head for the next frame of the camera, which must stay as it is until the next call.</summary>
    /// <param name="frame">Of the camera.</param>
    /// <param name="seconds">When it was taken; ascending.</param>
    public LiveFrame Next(Picture frame, double seconds)
    {
        if (!(seconds > last && seconds - last < Gap))
        {
            track = tracker.Begin();
            smoothing.Reset();
            latest.Clear();
            (lastSample, lastFound) = (double.NegativeInfinity, double.NegativeInfinity);
        }
        last = seconds;
        if (track.Next(frame) is not { Landmarks.AreFinite: true } face)
        {
            smoothing.Reset();
            var held = drawn is not null && seconds - lastFound < HoldSeconds;
            return new(held ? FrameState.Held : FrameState.Lost, shown, null, drawn);
        }

        var landmarks = smoothing.NextAt(seconds, face.Landmarks);
        lastFound = seconds;
        Learn(landmarks, seconds);
        var cropped = landmarks.Crop(crop!.Next(landmarks), head.Size, head.Size);
        var adapted = MotionControls.Blend(cropped, transfer!.Apply(cropped), controls.Adaptation);
        drawn = controls.Apply(adapted, MotionControls.Blend(rest!, own!, controls.Adaptation));
        shown = head.Generate([drawn])[0];
        return new(FrameState.Found, shown, landmarks, drawn);
    }

    void Learn(Landmarks landmarks, double seconds)
    {
        if (double.IsNaN(firstFound))
            firstFound = seconds;
        latest.Enqueue(landmarks);
        while (latest.Count > CalibrationFrames)
            latest.Dequeue();
        if (calibrating)
        {
            (calibrating, estimates) = (false, EstimateAt.Length);
            Landmarks[] held = [.. latest];
            Rest(held, faces => LandmarkShape.Mean(faces));
            return;
        }
        if (estimates == EstimateAt.Length)
            return;
        if (seconds - lastSample >= SampleSeconds && samples.Count < Samples)
        {
            samples.Add(landmarks);
            lastSample = seconds;
        }
        if (seconds - firstFound < EstimateAt[estimates])
            return;
        estimates++;
        Rest(samples, LandmarkShape.Frontal);
    }

    void Rest(IReadOnlyList<Landmarks> faces, Func<IReadOnlyList<Landmarks>, Landmarks> shape)
    {
        var each = 1 / SampleSeconds;
        crop = new(faces, each);
        var measuring = new FollowingCrop(faces, each); // of its own: measuring moves it
        rest = shape([.. faces.Select(face => face.Crop(measuring.Next(face), head.Size, head.Size))]);
        transfer = new(rest, head.MeanShape);
        own = transfer.Apply(rest);
    }

    public void Dispose()
    {
        tracker.Dispose();
        head.Dispose();
    }
}

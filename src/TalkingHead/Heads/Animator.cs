using System.Diagnostics;
using System.Runtime.CompilerServices;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>How a head is animated.</summary>
public sealed record AnimationSettings
{
    /// <summary>Whether the driver's motion is carried to the head's own face shape; null: where the driver is another person.</summary>
    public bool? Adapt { get; init; }

    /// <summary>How strongly a still face's tremble is averaged out of a video's landmarks: 0 is off.</summary>
    public double Smoothing { get; init; } = 1;

    /// <summary>Frames generated together.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>
    /// Seconds of the driver that are seen before the first frame is drawn, for its shape at rest and its square: of a file
    /// they cost nothing, as landmarks alone are kept; of a camera they are delay. In fewer a head may be turned all along.
    /// </summary>
    public double LookAhead { get; init; } = 10;
}

/// <summary>Where a frame's landmarks are from.</summary>
public enum FrameState
{
    /// <summary>The driver's frame itself.</summary>
    Found,

    /// <summary>An earlier frame: this one shows no face.</summary>
    Held,

    /// <summary>None: there has been no face for more than a second, or not yet.</summary>
    Lost,
}

/// <summary>A frame of the animated head.</summary>
/// <param name="Picture">The person; of a lost frame the last one, dimmed and framed in red.</param>
/// <param name="LandmarkImage">What it was made from.</param>
/// <param name="Landmarks">As drawn; null for a lost frame.</param>
/// <param name="State">Where the landmarks are from.</param>
/// <param name="Decoded">When the driver's frame was there (<see cref="Stopwatch.GetTimestamp"/>).</param>
public sealed record AnimatedFrame(Picture Picture, Picture LandmarkImage, Landmarks? Landmarks, FrameState State, long Decoded);

/// <summary>Animates a head with a driver's landmarks, as a stream: memory does not grow with the driver's length.</summary>
public sealed class Animator
{
    /// <summary>Frames that wait between two stages.</summary>
    const int Waiting = 8;

    readonly Head head;
    readonly AnimationSettings settings;

    /// <param name="head">Used by one animation at a time; stays the caller's.</param>
    /// <param name="settings">How.</param>
    public Animator(Head head, AnimationSettings? settings = null) => (this.head, this.settings) = (head, settings ?? new());

    /// <summary>Whether the motion of this driver is adapted, and why.</summary>
    public (bool Adapt, string Reason) Adapts(Driver driver) => settings.Adapt is { } asked ? (asked, "as asked")
        : driver.Source.Key == head.Origin.Source.Key ? (false, "the driver is the head's own person")
        : (true, "the driver is another person, as far as is known");

    /// <summary>
    /// Animates a video or a dataset's clip. Decoding, tracking, drawing and generating run on threads of their own.
    /// </summary>
    /// <param name="driver">Read once; stays the caller's.</param>
    /// <param name="stop">Ends the driver there: the frames until then still come.</param>
    /// <param name="stages">Filled with what each stage did, where wanted.</param>
    /// <exception cref="UserException">The driver is damaged.</exception>
    public IEnumerable<AnimatedFrame> Animate(Driver driver, CancellationToken stop = default, AnimationStages? stages = null)
    {
        stages ??= new();
        var frames = driver.Frames(stages.Decode, stages.Track, settings.Smoothing, stop);
        return Stages(frames, new(head, driver.CroppedSide, driver.Rate.PerSecond, Adapts(driver).Adapt, settings.LookAhead), stages);
    }

    /// <summary>
    /// Animates a stream of landmarks in pixels of the head's frames, such as a camera's; null where there is no face.
    /// For the least delay, <see cref="AnimationSettings.Batch"/> is 1 and <see cref="AnimationSettings.LookAhead"/> short.
    /// </summary>
    /// <param name="driver">The landmarks.</param>
    /// <param name="rate">Their frames a second.</param>
    /// <param name="cancel">Ends the stream.</param>
    public async IAsyncEnumerable<AnimatedFrame> Animate(IAsyncEnumerable<Landmarks?> driver, double rate, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var frames = driver.ToBlockingEnumerable(cancel).Select(landmarks => new DriverFrame(landmarks, Stopwatch.GetTimestamp()));
        using var animated = Stages(frames, new(head, head.Size, rate, settings.Adapt ?? true, settings.LookAhead), new()).GetEnumerator();
        while (await Task.Run(animated.MoveNext, CancellationToken.None).ConfigureAwait(false))
            yield return animated.Current;
    }

    IEnumerable<AnimatedFrame> Stages(IEnumerable<DriverFrame> frames, Drive drive, AnimationStages stages) =>
        stages.Generate.Run(Generated(stages.Draw.Run(drive.Over(frames))));

    internal static Ahead Stage(string name) => new(name, Waiting);

    IEnumerable<AnimatedFrame> Generated(IEnumerable<DrawnFrame> drawn)
    {
        Picture? last = null;
        foreach (var batch in drawn.Chunk(settings.Batch))
        {
            var wanted = batch.Where(frame => frame.Landmarks is not null).ToArray();
            var made = new Queue<Picture>(wanted.Length == 0 ? [] : head.Generate([.. wanted.Select(frame => frame.Image)]));
            foreach (var frame in batch)
            {
                if (frame.Landmarks is not null)
                    last = made.Dequeue();
                var picture = frame.Landmarks is not null ? last! : LostFrame.Mark(last ?? new Picture(head.Size, head.Size));
                yield return new(picture, frame.Image, frame.Landmarks, frame.State, frame.Decoded);
            }
        }
    }
}

using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>
/// dlib's HOG detector (Dalal and Triggs 2005) and 68-point shape model (Kazemi and Sullivan 2014), with a correlation
/// filter (Danelljan et al. 2014) where the detector misses a turned head. The model was trained on iBUG 300-W, which
/// excludes commercial use.
/// </summary>
public sealed class DlibTracker : FaceTracker
{
    /// <summary>The detector's window: smaller faces need the picture enlarged.</summary>
    const int Window = 80;

    /// <summary>The picture is looked at with its longer side at these sizes, until a face is found.</summary>
    static readonly int[] SearchSides = [480, 960, 1920];

    /// <summary>A picture is enlarged at most so much: more shows no more.</summary>
    const double MostEnlarged = 4;

    /// <summary>A face's side in the chip that it is followed in.</summary>
    const int LeastSide = 110, MostSide = 200;

    /// <summary>The detector's scores from which a face is believed: anywhere, and where one is expected.</summary>
    const double Surely = 0.2, Expected = -0.3;

    /// <summary>The share of the expected box that a detection must cover.</summary>
    const double Agreement = 0.35;

    /// <summary>Peak to side-lobe ratio below which the follower has lost the face.</summary>
    const double LostPeak = 6;

    /// <summary>The model is large and only read, so all trackers share it.</summary>
    static readonly Lazy<FaceDoor.Shape> SharedShape = new(() =>
    {
        FaceDoor.Require();
        return FaceDoor.Shape.Load(FaceModels.FindDlibShape());
    }, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>
    /// The shape is fitted from the box and from boxes moved and grown by these parts of its side, and averaged: on a
    /// still face that takes a quarter off the points' tremble.
    /// </summary>
    static readonly (double X, double Y, double Grow)[] Nudges =
        [(0, 0, 0), (0.03, 0.02, 0.03), (-0.03, -0.02, 0.03), (0.02, -0.03, -0.03), (-0.02, 0.03, -0.03)];

    readonly FaceDoor.Shape shape;
    readonly FaceDoor.Detector detector;
    readonly FaceDoor.Follower follower;
    readonly float[] meanShape;

    /// <exception cref="UserException">The native library or the model is missing.</exception>
    public DlibTracker()
    {
        shape = SharedShape.Value;
        meanShape = shape.Mean();
        detector = FaceDoor.Detector.Create();
        follower = FaceDoor.Follower.Create();
    }

    public override IReadOnlyList<TrackedFace> Find(Picture picture)
    {
        double longer = Math.Max(picture.Width, picture.Height);
        foreach (var scale in SearchSides.Select(side => Math.Min(MostEnlarged, side / longer)).Distinct())
        {
            var found = detector.Detect(picture, scale, Surely);
            if (found.Length > 0)
                return [.. found.Select(box => Seen(picture, box)).OrderByDescending(face => face.Box.Area)];
        }

        return [];
    }

    internal override TrackedFace? Follow(Picture picture, Picture before, TrackedFace face)
    {
        var chip = FaceChip.Take(picture, UnitBox(face.Landmarks), LeastSide, MostSide);
        var scale = (Window + 16) / chip.Box.Width;
        var seen = detector.Detect(chip.Picture, scale, Expected)
            .Where(box => box.ToFaceBox().Overlap(chip.Box) > Agreement)
            .OrderByDescending(box => box.Score + box.ToFaceBox().Overlap(chip.Box)).Select(box => (FaceDoor.Box?)box).FirstOrDefault();
        if (seen is { } detected)
            return Tracked(Fit(chip, Steadied(chip.Box, detected.ToFaceBox())), detected.Score, detected: true);

        follower.Start(chip.Of(before).Picture, chip.Box);
        var followed = follower.Update(chip.Picture);
        if (followed.Score < LostPeak || followed.ToFaceBox().Overlap(chip.Box) < Agreement)
            return null;
        return Tracked(Fit(chip, followed.ToFaceBox()), followed.Score, detected: false);
    }

    protected override void Dispose(bool disposing)
    {
        detector.Dispose();
        follower.Dispose();
    }

    TrackedFace Seen(Picture picture, FaceDoor.Box box)
    {
        var side = box.Right - box.Left;
        var unit = new Similarity(side, 0, box.Left, box.Top);
        var chip = FaceChip.Take(picture, unit, LeastSide, MostSide);
        var first = Fit(chip, chip.Box);

        // Once more in a chip that is turned as the face is.
        var turned = FaceChip.Take(picture, UnitBox(first), LeastSide, MostSide);
        return Tracked(Fit(turned, turned.Box), box.Score, detected: true);
    }

    static TrackedFace Tracked(Landmarks landmarks, double score, bool detected) => new(landmarks, landmarks.Bounds, score, detected);

    // The detector's boxes move in steps of 8 pixels; the box of the last landmarks is steadier while the head is.
    static FaceBox Steadied(FaceBox expected, FaceBox seen) =>
        seen.Overlap(expected) > 0.6 ? expected.Toward(seen, 0.25) : seen;

    // Where the mean face lies best over the landmarks: the box that the shape model expects.
    Similarity UnitBox(Landmarks landmarks) => Similarity.Fit(meanShape, landmarks.Values);

    Landmarks Fit(FaceChip chip, FaceBox box)
    {
        const int Length = 2 * Landmarks.Count;
        var fits = new float[Nudges.Length][];
        Parallel.For(0, fits.Length, i =>
        {
            var (x, y, grow) = (Nudges[i].X * box.Width, Nudges[i].Y * box.Height, Nudges[i].Grow * box.Width / 2);
            fits[i] = new float[Length];
            shape.Fit(chip.Picture, new(box.Left + x - grow, box.Top + y - grow, box.Right + x + grow, box.Bottom + y + grow), fits[i]);
        });

        Span<float> mean = stackalloc float[Length];
        for (var i = 0; i < Length; i++)
            mean[i] = fits.Average(fit => fit[i]);
        return chip.ToPicture(mean);
    }
}

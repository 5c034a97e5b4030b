using System.Runtime.InteropServices;
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

        follower.Start(chip.Align(before).Picture, chip.Box);
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

/// <summary>
/// The native face door (src/FaceDoor/face_door.h), opened at first use: where it was not built, only the
/// dlib tracker is missing.
/// </summary>
static unsafe partial class FaceDoor
{
    const string Library = "face_door";

    const int Version = 1;

    static readonly Lazy<bool> Opened = new(Open);

    [StructLayout(LayoutKind.Sequential)]
    public struct Box
    {
        public double Left, Top, Right, Bottom, Score;

        public static Box From(FaceBox box) => new() { Left = box.Left, Top = box.Top, Right = box.Right, Bottom = box.Bottom };

        public readonly FaceBox ToFaceBox() => new(Left, Top, Right, Bottom);
    }

    /// <exception cref="UserException">The library is not there.</exception>
    public static void Require()
    {
        if (!Opened.Value)
            throw new UserException("the dlib face tracker needs libface_door, which is built on Linux where libdlib-dev is installed (scripts/setup.sh); elsewhere use --detector fan.");
    }

    /// <summary>The failure of the last call on this thread.</summary>
    public static string LastError() => Marshal.PtrToStringUTF8(face_last_error()) ?? "";

    static bool Open()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(FaceDoor).Assembly, null, out _))
            return false;
        var found = face_door_version();
        return found == Version ? true : throw new UserException($"libface_door has version {found}, expected {Version}: build again.");
    }

    static T With<T>(Picture picture, Func<nint, T> call)
    {
        fixed (byte* pixels = picture.Pixels)
        {
            var native = new NativePicture { Rgb = pixels, Width = picture.Width, Height = picture.Height, Stride = 3 * picture.Width };
            return call((nint)(&native));
        }
    }

    static void Check(int result)
    {
        if (result < 0)
            throw new InvalidOperationException($"face_door: {LastError()}");
    }

    struct NativePicture
    {
        public byte* Rgb;
        public int Width, Height, Stride;
    }

    /// <summary>The HOG detector; for one thread at a time.</summary>
    public sealed class Detector() : SafeHandle(0, ownsHandle: true)
    {
        const int MostFaces = 64;

        public override bool IsInvalid => handle == 0;

        public static Detector Create()
        {
            var detector = new Detector();
            detector.SetHandle(face_detector_new());
            return detector.IsInvalid ? throw new InvalidOperationException($"face_door: {LastError()}") : detector;
        }

        /// <summary>Faces of 80 pixels and more in the picture resized by <paramref name="scale"/>, best first.</summary>
        public Box[] Detect(Picture picture, double scale, double threshold)
        {
            var boxes = new Box[MostFaces];
            var count = With(picture, native =>
            {
                fixed (Box* to = boxes)
                    return face_detect(handle, native, scale, threshold, to, MostFaces);
            });
            Check(count);
            return boxes[..count];
        }

        protected override bool ReleaseHandle()
        {
            face_detector_free(handle);
            return true;
        }
    }

    /// <summary>The shape model; for any number of threads.</summary>
    public sealed class Shape() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        /// <exception cref="UserException">The file is damaged or holds no 68-point model.</exception>
        public static Shape Load(string path)
        {
            var shape = new Shape();
            shape.SetHandle(face_shape_load(path));
            if (shape.IsInvalid)
                throw new UserException($"{path}: {LastError()}; expected dlib's shape_predictor_68_face_landmarks.dat.");
            var points = face_shape_points(shape.handle);
            return points == Landmarks.Count ? shape : throw new UserException($"{path}: the model has {points} points, expected {Landmarks.Count}.");
        }

        /// <summary>The mean face in a box that is the unit square: 68 pairs x, y.</summary>
        public float[] Mean()
        {
            var xy = new float[2 * Landmarks.Count];
            fixed (float* to = xy)
                Check(face_shape_mean(handle, to, Landmarks.Count));
            return xy;
        }

        public void Fit(Picture picture, FaceBox box, Span<float> xy)
        {
            var native = Box.From(box);
            fixed (float* to = xy)
            {
                var at = (nint)to;
                Check(With(picture, p => face_shape_fit(handle, p, in native, (float*)at, Landmarks.Count)));
            }
        }

        protected override bool ReleaseHandle()
        {
            face_shape_free(handle);
            return true;
        }
    }

    /// <summary>The correlation filter; for one thread at a time.</summary>
    public sealed class Follower() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public static Follower Create()
        {
            var follower = new Follower();
            follower.SetHandle(face_follower_new());
            return follower.IsInvalid ? throw new InvalidOperationException($"face_door: {LastError()}") : follower;
        }

        public void Start(Picture picture, FaceBox box)
        {
            var native = Box.From(box);
            Check(With(picture, p => face_follower_start(handle, p, in native)));
        }

        /// <summary>The box in the next picture; its score is the peak to side-lobe ratio.</summary>
        public Box Update(Picture picture)
        {
            Box box = default;
            Check(With(picture, p => face_follower_update(handle, p, out box)));
            return box;
        }

        protected override bool ReleaseHandle()
        {
            face_follower_free(handle);
            return true;
        }
    }

    [LibraryImport(Library)]
    private static partial int face_door_version();

    [LibraryImport(Library)]
    private static partial nint face_last_error();

    [LibraryImport(Library)]
    private static partial nint face_detector_new();

    [LibraryImport(Library)]
    private static partial void face_detector_free(nint detector);

    [LibraryImport(Library)]
    private static partial int face_detect(nint detector, nint picture, double scale, double threshold, Box* boxes, int capacity);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint face_shape_load(string path);

    [LibraryImport(Library)]
    private static partial void face_shape_free(nint shape);

    [LibraryImport(Library)]
    private static partial int face_shape_points(nint shape);

    [LibraryImport(Library)]
    private static partial int face_shape_mean(nint shape, float* xy, int points);

    [LibraryImport(Library)]
    private static partial int face_shape_fit(nint shape, nint picture, in Box box, float* xy, int points);

    [LibraryImport(Library)]
    private static partial nint face_follower_new();

    [LibraryImport(Library)]
    private static partial void face_follower_free(nint follower);

    [LibraryImport(Library)]
    private static partial int face_follower_start(nint follower, nint picture, in Box box);

    [LibraryImport(Library)]
    private static partial int face_follower_update(nint follower, nint picture, out Box box);
}

using System.Runtime.InteropServices;
using TalkingHead.Media;

namespace TalkingHead.Faces;

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

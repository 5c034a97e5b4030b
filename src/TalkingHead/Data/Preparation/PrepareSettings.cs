using System.Text.Json;
using TalkingHead.Faces;

namespace TalkingHead.Data.Preparation;

/// <summary>What to prepare, and how. All but <see cref="Workers"/> changes what comes out.</summary>
public sealed record PrepareSettings
{
    // Constants, so that the command line's help shows the same.
    internal const int DefaultSize = 256;
    internal const int DefaultShots = 8;
    internal const int DefaultFramesPerClip = 64;
    internal const double DefaultClipSeconds = 10;
    internal const int DefaultLeastFace = 40;
    internal const int DefaultQuality = 95;
    internal const double DefaultTestShare = 0.1;
    internal const ulong DefaultSeed = 1;
    internal const string DefaultDetector = "mesh";

    /// <summary>How the input folder is laid out.</summary>
    public required PrepareLayout Layout { get; init; }

    /// <summary>The collection's folder.</summary>
    public required string From { get; init; }

    /// <summary>The dataset's folder.</summary>
    public required string Out { get; init; }

    /// <summary>Pixels of a frame's side.</summary>
    public int Size { get; init; } = DefaultSize;

    /// <summary>"mesh" or "fan".</summary>
    public string Detector { get; init; } = DefaultDetector;

    /// <summary>Inputs prepared at the same time; 0 is one for each logical processor.</summary>
    public int Workers { get; init; }

    /// <summary>The share of the inputs that this process takes.</summary>
    public DatasetPart Part { get; init; } = DatasetPart.Whole;

    /// <summary>K: a clip with fewer than K + 1 good frames is refused.</summary>
    public int Shots { get; init; } = DefaultShots;

    /// <summary>So many frames of a clip are kept, evenly spaced; 0 keeps all. 64 leave room for 32 shots and 32 held-out frames.</summary>
    public int FramesPerClip { get; init; } = DefaultFramesPerClip;

    /// <summary>A longer video of the videos layout becomes several clips, of about this many seconds each; 0 never cuts.</summary>
    public double ClipSeconds { get; init; } = DefaultClipSeconds;

    /// <summary>A frame whose face is smaller than this, in pixels of the source, is no good one.</summary>
    public int LeastFace { get; init; } = DefaultLeastFace;

    /// <summary>JPEG quality of the stored frames.</summary>
    public int Quality { get; init; } = DefaultQuality;

    /// <summary>The share of identities on the test side, where the layout has no official division.</summary>
    public double TestShare { get; init; } = DefaultTestShare;

    /// <summary>Draws that division.</summary>
    public ulong Seed { get; init; } = DefaultSeed;

    /// <summary>How a frame is cut around the head.</summary>
    public FaceCropSettings Crop { get; init; } = new();

    /// <summary>VoxCeleb's frames are cut around the face already, and are taken whole, as the paper takes them.</summary>
    internal bool TakesWholeFrames => Layout is PrepareLayout.VoxCeleb1 or PrepareLayout.VoxCeleb2;

    internal string Recipe => JsonSerializer.Serialize(new
    {
        made_by = "prepare",
        layout = Layout.ToString().ToLowerInvariant(),
        size = Size,
        detector = Detector,
        shots = Shots,
        frames_per_clip = FramesPerClip,
        clip_seconds = ClipSeconds,
        least_face = LeastFace,
        quality = Quality,
        test_share = TestShare,
        seed = Seed,
        margin = Crop.Margin,
        lift = Crop.Lift,
    });

    /// <exception cref="UserException">A setting is outside its range.</exception>
    internal void Check()
    {
        Expect(Size is >= 32 and <= 1024, "size", Size, "32 to 1024");
        Expect(Shots is >= 1 and <= 64, "shots", Shots, "1 to 64");
        Expect(Workers is >= 0 and <= 1024, "workers", Workers, "0 to 1024");
        Expect(FramesPerClip == 0 || FramesPerClip > Shots, "frames-per-clip", FramesPerClip, $"0, or more than the {Shots} shots");
        Expect(ClipSeconds is 0 or (>= 0.5 and <= 86_400), "clip-seconds", ClipSeconds, "0, or 0.5 to 86400");
        Expect(LeastFace is >= 8 and <= 4096, "least-face", LeastFace, "8 to 4096");
        Expect(Quality is >= 50 and <= 100, "quality", Quality, "50 to 100");
        Expect(TestShare is >= 0 and <= 1, "test-share", TestShare, "0 to 1");

        static void Expect(bool met, string name, double found, string expected)
        {
            if (!met)
                throw UserException.Usage(FormattableString.Invariant($"--{name} {found}: expected {expected}."));
        }
    }
}

/// <summary>What becomes a clip, or several: a folder of one video's frames or takes, a video, a folder of photos.</summary>
/// <param name="Id">The clip's id, or what those of several begin with.</param>
/// <param name="Identity">The person.</param>
/// <param name="Split">The person's side; null where the official list does not name the person.</param>
/// <param name="Name">The path below the folder prepared, with slashes: it names the input in records and ledger.</param>
/// <param name="Path">Where it is.</param>
sealed record PrepareInput(string Id, string Identity, Split? Split, string Name, string Path);

/// <summary>What came of an input, in order: clips and refusals.</summary>
abstract record Outcome
{
    /// <param name="Record">What is known of it.</param>
    /// <param name="Frames">JPEG files.</param>
    /// <param name="Landmarks">(frames, 68, 2), or (frames, 71, 2) with pupils.</param>
    internal sealed record Clip(ClipRecord Record, IReadOnlyList<ReadOnlyMemory<byte>> Frames, float[] Landmarks) : Outcome;

    internal sealed record Refused(Refusal Refusal) : Outcome;

    /// <summary>What one should know of an input that is used.</summary>
    internal sealed record Said(string Sentence) : Outcome;
}

/// <summary>How a collection lies on disk; data/README.md draws the trees.</summary>
public enum PrepareLayout
{
    /// <summary>unzippedFaces/NAME/1.6/VIDEO/*.jpg, or with idNNNNN for NAME; vox1_meta.csv beside it.</summary>
    VoxCeleb1,

    /// <summary>dev|test/mp4/idNNNNN/VIDEO/NNNNN.mp4.</summary>
    VoxCeleb2,

    /// <summary>PERSON/*.mp4; a video in no folder is a person of its own.</summary>
    Videos,

    /// <summary>PERSON/*.jpg.</summary>
    Photos,
}

/// <summary>Names of layouts, and what they list.</summary>
public static class PrepareLayouts
{
    /// <exception cref="UserException">No layout is called that.</exception>
    public static PrepareLayout Parse(string name) =>
        Array.Find(Enum.GetValues<PrepareLayout>(), layout =>
            layout.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)) is var layout
            && layout.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)
            ? layout
            : throw UserException.Usage($"--layout {name}: expected voxceleb1, voxceleb2, videos or photos; data/README.md draws "
                + $"their trees.");

    /// <summary>The inputs in order of their names; the same whatever order the folders list them in.</summary>
    /// <exception cref="UserException">The folder is missing, or holds nothing of that layout.</exception>
    internal static PrepareInput[] List(PrepareSettings settings)
    {
        if (!Directory.Exists(settings.From))
            throw new UserException($"{settings.From}: no such folder.");
        try
        {
            var (inputs, expected) = settings.Layout switch
            {
                PrepareLayout.VoxCeleb1 => (VoxCeleb.List1(settings), "unzippedFaces/NAME/1.6/VIDEO/*.jpg"),
                PrepareLayout.VoxCeleb2 => (VoxCeleb.List2(settings), "dev|test/mp4/idNNNNN/VIDEO/NNNNN.mp4"),
                PrepareLayout.Videos => (PersonFolders.Videos(settings), "PERSON/video.mp4"),
                _ => (PersonFolders.Photos(settings), "PERSON/photo.jpg"),
            };
            PrepareInput[] sorted = [.. inputs.OrderBy(input => input.Id, StringComparer.Ordinal)];
            for (var i = 1; i < sorted.Length; i++)
            {
                if (sorted[i].Id == sorted[i - 1].Id)
                    throw new UserException(
                        $"{settings.From}: {sorted[i - 1].Name} and {sorted[i].Name} would both be clip {sorted[i].Id}; rename one.");
            }

            return sorted.Length > 0 ? sorted : throw new UserException(
                $"{settings.From}: nothing here lies as {settings.Layout.ToString().ToLowerInvariant()} does; expected {expected}.");
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new UserException($"{settings.From}: cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>
/// Divides people into train and test where nobody has officially: by a hash of the name, so that others coming or going
/// move nobody.
/// </summary>
static class IdentitySplit
{
    internal static Split For(string identity, double testShare, ulong seed) =>
        new CounterRandom(seed, Checksum.Compute(identity)).Unit() < testShare ? Split.Test : Split.Train;
}

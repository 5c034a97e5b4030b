using CommandLine;
using CommandLine.Text;
using TalkingHead.Data;
using TalkingHead.Data.Preparation;

namespace TalkingHead.Cli;

[Verb("prepare", HelpText = "Makes a dataset of VoxCeleb, of videos or of photos: finds the faces and their landmarks, and cuts them out. Stopped or killed, the same command continues.")]
sealed class PrepareVerb : IVerb
{
    [Option("layout", Required = true, HelpText = "How the collection lies: voxceleb1, voxceleb2, videos or photos (of these two, a folder for each person); data/README.md draws the trees.")]
    public string Layout { get; set; } = "";

    [Option("from", Required = true, MetaValue = "DIR", HelpText = "The collection.")]
    public string From { get; set; } = "";

    [Option("out", Required = true, MetaValue = "DIR", HelpText = "The dataset; one that was begun with the same settings is continued.")]
    public string Out { get; set; } = "";

    [Option("size", Default = PrepareSettings.DefaultSize, HelpText = "Pixels of a frame's side.")]
    public int Size { get; set; } = PrepareSettings.DefaultSize;

    [Option("detector", Default = PrepareSettings.DefaultDetector, HelpText = OptionText.Detector)]
    public string Detector { get; set; } = PrepareSettings.DefaultDetector;

    [Option("workers", Default = 0, HelpText = "Inputs prepared at the same time; 0 is one for each logical processor. The bytes do not depend on it.")]
    public int Workers { get; set; }

    [Option("part", MetaValue = "I/N", HelpText = "Take this part of the inputs, such as 2/4, on this machine; the parts' files in one folder are one dataset.")]
    public string? Part { get; set; }

    [Option("shots", Default = PrepareSettings.DefaultShots, HelpText = "K of the training meant: a clip with fewer than K + 1 good frames is refused.")]
    public int Shots { get; set; } = PrepareSettings.DefaultShots;

    [Option("frames-per-clip", Default = PrepareSettings.DefaultFramesPerClip, HelpText = "Frames kept of a clip, evenly spaced: the default leaves room for 32 shots and 32 held-out frames at a third of the disk that all would take; 0 keeps all, which drivers for animation want.")]
    public int FramesPerClip { get; set; } = PrepareSettings.DefaultFramesPerClip;

    [Option("clip-seconds", Default = PrepareSettings.DefaultClipSeconds, HelpText = "A longer video of the videos layout becomes several clips of about this length, as VoxCeleb's are; 0 never cuts.")]
    public double ClipSeconds { get; set; } = PrepareSettings.DefaultClipSeconds;

    [Option("least-face", Default = PrepareSettings.DefaultLeastFace, HelpText = "A frame whose face is smaller, in pixels of the source, is no good one.")]
    public int LeastFace { get; set; } = PrepareSettings.DefaultLeastFace;

    [Option("quality", Default = PrepareSettings.DefaultQuality, HelpText = "JPEG quality of the stored frames, 50 to 100.")]
    public int Quality { get; set; } = PrepareSettings.DefaultQuality;

    [Option("test-share", Default = PrepareSettings.DefaultTestShare, HelpText = "The share of people who are held out, where there is no official division.")]
    public double TestShare { get; set; } = PrepareSettings.DefaultTestShare;

    [Option("seed", Default = PrepareSettings.DefaultSeed, HelpText = "Draws who is held out.")]
    public ulong Seed { get; set; } = PrepareSettings.DefaultSeed;

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Prepare VoxCeleb2 as it is unzipped", new PrepareVerb { Layout = "voxceleb2", From = "/data/voxceleb2", Out = "data/voxceleb2" }),
        new("Prepare videos of one's own, a folder for each person", new PrepareVerb { Layout = "videos", From = "people", Out = "data/people" }),
    ];

    public void Run(CancellationToken stop)
    {
        var settings = new PrepareSettings
        {
            Layout = PrepareLayouts.Parse(Layout),
            From = From,
            Out = Out,
            Size = Size,
            Detector = Detector,
            Workers = Workers,
            Part = Part is null ? DatasetPart.Whole : DatasetPart.Parse(Part),
            Shots = Shots,
            FramesPerClip = FramesPerClip,
            ClipSeconds = ClipSeconds,
            LeastFace = LeastFace,
            Quality = Quality,
            TestShare = TestShare,
            Seed = Seed,
        };
        OutputFiles.Check([From], [OutputFiles.Folder("out", Out), OutputFiles.Json("json", Json, "inputs", "clips")]);
        var preparation = new Preparation(settings);
        Progress.Run("prepare", preparation.Inputs, "inputs", bar =>
        {
            var before = 0;
            var result = preparation.Run(
                done =>
                {
                    bar.Step(done - before);
                    before = done;
                },
                refusal => bar.Say($"refused {refusal.Input}: {refusal.Reason}"), stop, bar.Say);
            Console.WriteLine($"{Out}: {(result.AlreadyComplete ? "was complete already: " : "")}{result.Clips} clips of {result.Frames} frames from {result.Inputs} inputs, {result.Refusals} refusals");
            if (Json is not null)
                JsonFile.Write(Json, result);
        });
    }
}

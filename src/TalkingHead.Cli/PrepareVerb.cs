using CommandLine;
using CommandLine.Text;
using TalkingHead.Data;
using TalkingHead.Data.Preparation;

namespace TalkingHead.Cli;

[Verb("prepare", HelpText = "Makes a dataset of VoxCeleb, videos or photos: finds and crops faces and their landmarks. After an "
    + "interruption, the same command continues.")]
sealed class PrepareVerb : IVerb
{
    [Option("layout", Required = true, HelpText = "Layout of the collection: voxceleb1, voxceleb2, videos or photos (the last two with a "
        + "folder per person); see data/README.md.")]
    public string Layout { get; set; } = "";

    [Option("from", Required = true, MetaValue = "DIR", HelpText = "The collection.")]
    public string From { get; set; } = "";

    [Option("out", Required = true, MetaValue = "DIR", HelpText = "The dataset to write; one begun with the same settings is continued.")]
    public string Out { get; set; } = "";

    [Option("size", Default = PrepareSettings.DefaultSize, HelpText = "Side of the frames in pixels.")]
    public int Size { get; set; } = PrepareSettings.DefaultSize;

    [Option("detector", Default = PrepareSettings.DefaultDetector, HelpText = OptionText.Detector)]
    public string Detector { get; set; } = PrepareSettings.DefaultDetector;

    [Option("workers", Default = 0, HelpText = "Inputs to prepare in parallel; 0 for one per logical processor. The result does not "
        + "depend on it.")]
    public int Workers { get; set; }

    [Option("part", MetaValue = "I/N", HelpText = "Prepare this part of the inputs, such as 2/4; the files of all parts in one folder are "
        + "one dataset.")]
    public string? Part { get; set; }

    [Option("shots", Default = PrepareSettings.DefaultShots,
        HelpText = "K of the training planned: clips with fewer than K + 1 good frames are refused.")]
    public int Shots { get; set; } = PrepareSettings.DefaultShots;

    [Option("frames-per-clip", Default = PrepareSettings.DefaultFramesPerClip,
        HelpText = "Frames to keep of a clip, evenly spaced. The default suffices for 32 shots and 32 hold-out frames; 0 keeps all frames, "
        + "as drivers need.")]
    public int FramesPerClip { get; set; } = PrepareSettings.DefaultFramesPerClip;

    [Option("clip-seconds", Default = PrepareSettings.DefaultClipSeconds,
        HelpText = "With the videos layout, longer videos are split into clips of about this length; 0 for never.")]
    public double ClipSeconds { get; set; } = PrepareSettings.DefaultClipSeconds;

    [Option("least-face", Default = PrepareSettings.DefaultLeastFace,
        HelpText = "Minimum face size in pixels of the source; frames with smaller faces are dropped.")]
    public int LeastFace { get; set; } = PrepareSettings.DefaultLeastFace;

    [Option("quality", Default = PrepareSettings.DefaultQuality, HelpText = "JPEG quality of the stored frames, 50 to 100.")]
    public int Quality { get; set; } = PrepareSettings.DefaultQuality;

    [Option("test-share", Default = PrepareSettings.DefaultTestShare,
        HelpText = "Share of people to hold out, where there is no official split.")]
    public double TestShare { get; set; } = PrepareSettings.DefaultTestShare;

    [Option("seed", Default = PrepareSettings.DefaultSeed, HelpText = "Seed of who is held out.")]
    public ulong Seed { get; set; } = PrepareSettings.DefaultSeed;

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Prepare VoxCeleb2 as it is unzipped", new PrepareVerb { Layout = "voxceleb2", From = "/data/voxceleb2",
            Out = "data/voxceleb2" }),
        new("Prepare videos of one's own, a folder for each person",
            new PrepareVerb { Layout = "videos", From = "people", Out = "data/people" }),
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
            Console.WriteLine(
                $"{Out}: {(result.AlreadyComplete ? "was complete already: " : "")}{result.Clips} clips of {result.Frames} frames from "
                    + $"{result.Inputs} inputs, {result.Refusals} refusals");
            if (Json is not null)
                JsonFile.Write(Json, result);
        });
    }
}

using System.Diagnostics;
using System.Globalization;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Media;
using TalkingHead.Synthetic;

namespace TalkingHead.Cli;

[Verb("synth", HelpText = "Makes a dataset of synthetic people: 3-D heads with exact landmarks, so that everything runs without a "
    + "download.")]
sealed class SynthVerb : IVerb
{
    [Option("out", Required = true, MetaValue = "DIR", HelpText = "The dataset to write; one begun with the same settings is continued.")]
    public string Out { get; set; } = "";

    [Option("identities", Default = 200, HelpText = "Number of people.")]
    public int Identities { get; set; } = 200;

    [Option("clips", Default = 1, HelpText = "Clips per person.")]
    public int Clips { get; set; } = 1;

    [Option("frames", Default = 32, HelpText = "Frames per clip.")]
    public int Frames { get; set; } = 32;

    [Option("size", Default = 64, HelpText = "Side of the frames in pixels, 64 to 512.")]
    public int Size { get; set; } = 64;

    [Option("seed", Default = 1L, HelpText = "Seed; the same seed gives the same bytes.")]
    public long Seed { get; set; } = 1;

    [Option("fps", Default = 8.0, HelpText = "Frames a second: 8 shows many poses in few frames, 25 plays smoothly.")]
    public double FramesPerSecond { get; set; } = 8;

    [Option("test-share", Default = 0.1, HelpText = "Approximate share of people to hold out.")]
    public double TestShare { get; set; } = 0.1;

    [Option("workers", Default = 0, HelpText = "Threads that render; 0 for one per logical processor. The result does not depend on it.")]
    public int Workers { get; set; }

    [Option("sheet", MetaValue = "FILE", HelpText = "Also write a contact sheet of the first people, up to 32.")]
    public string? Sheet { get; set; }

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples => [new("Make 1000 people at 128x128, and a picture of some",
        new SynthVerb { Out = "data/synthetic-128", Identities = 1000, Size = 128, Sheet = "people.png" })];

    public void Run(CancellationToken stop)
    {
        if (Workers is < 0 or > 1024)
            throw UserException.Usage($"--workers {Workers} is outside 0 to 1024.");
        var recipe = new SyntheticRecipe
        {
            Identities = Identities,
            ClipsEach = Clips,
            Frames = Frames,
            Size = Size,
            Seed = Seed,
            FramesPerSecond = FramesPerSecond,
            TestShare = TestShare,
        };
        recipe.Validate();
        OutputFiles.Check([], [OutputFiles.Folder("out", Out), OutputFiles.Media("sheet", Sheet),
            OutputFiles.Json("json", Json, "identities", "clips")]);
        if (Sheet is not null)
            PictureFile.ExpectWritable(Sheet);
        var workers = Workers > 0 ? Workers : Environment.ProcessorCount;
        var total = (long)Identities * Clips * Frames;
        var clock = Stopwatch.StartNew();
        Progress.Run("synth", total, "frames", progress => SyntheticDataset.Write(Out, recipe, workers,
            frames => progress.Step(frames), stop));
        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Out}: {Identities} people, {total} frames of {Size}x{Size} in {seconds:0.0} s "
            + $"({total / seconds:0} frames/s on {workers} threads)"));
        if (Sheet is not null)
            SyntheticSheet.Draw(new SyntheticPopulation(Seed), Math.Min(32, Identities), Math.Max(Size, 128), workers).Save(Sheet,
                OutputFiles.Comment);
        if (Json is not null)
            JsonFile.Write(Json, new
            {
                identities = Identities, clips = Identities * Clips, frames = total, size = Size, seed = Seed,
                workers, seconds, frames_per_second = total / seconds
            });
    }
}

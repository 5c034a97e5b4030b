using System.Globalization;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Animation;
using TalkingHead.Media;
using TalkingHead.Provenance;

namespace TalkingHead.Cli;

[Verb("finetune", HelpText = "Makes a head of a new person from a few pictures, a video or a dataset's clip.")]
sealed class FinetuneVerb : IVerb
{
    [Value(0, MetaName = "RUN", Required = true, HelpText = "The run, from train, export or import.")]
    public string RunPath { get; set; } = "";

    [Option("from", Required = true, MetaValue = "WHAT...", HelpText = "Pictures, a folder of pictures, a video or DATASET#CLIP.")]
    public IEnumerable<string> From { get; set; } = [];

    [Option("shots", Default = 8, HelpText = "T, the number of frames to learn from; the most different of those without blur and blinks.")]
    public int Shots { get; set; } = 8;

    [Option("out", Required = true, MetaValue = "FILE", HelpText = "The head to write; a .png beside it shows the source frames and what "
        + "the head makes of them.")]
    public string Out { get; set; } = "";

    [Option("feed-forward", HelpText = "Do not fine-tune: the embedder's output decides (the paper's FF).")]
    public bool FeedForward { get; set; }

    [Option("epochs", HelpText = "Tune for this many epochs over all frames, without a stopping rule.")]
    public int? Epochs { get; set; }

    [Option("checkpoint", Default = "newest", HelpText = OptionText.Checkpoint)]
    public string Checkpoint { get; set; } = "newest";

    [Option("detector", Default = "mesh", HelpText = OptionText.Detector)]
    public string Detector { get; set; } = "mesh";

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    [Option("seed", Default = 1, HelpText = "Seed of the order of the frames.")]
    public int Seed { get; set; } = 1;

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the run's configuration, such as fine_tuning.generator_rate=1e-4.")]
    public IEnumerable<string> Set { get; set; } = [];

    [Option("sign-with", MetaValue = "CERT KEY", HelpText = OptionText.SignWith)]
    public IEnumerable<string> SignWith { get; set; } = [];

    [Option("json", MetaValue = "FILE", HelpText = "Also write the loss curve and the head's origin to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Learn a person from photos", new FinetuneVerb { RunPath = "runs/first", From = ["photos/"], Out = "person.head" }),
        new("Learn a person from 32 frames of a video", new FinetuneVerb { RunPath = "runs/first", From = ["video.mp4"], Shots = 32,
            Out = "person.head" }),
    ];

    public void Run(CancellationToken stop)
    {
        if (Shots is < 1 or > 1000)
            throw UserException.Usage($"--shots {Shots}: expected 1 to 1000.");
        if (Epochs is < 1 or > 100_000)
            throw UserException.Usage($"--epochs {Epochs}: expected 1 to 100000.");
        if (FeedForward && Epochs is not null)
            throw UserException.Usage("--feed-forward does not tune, so --epochs has no use; give one of them.");
        var sheet = Path.ChangeExtension(Out, ".png");
        if (string.Equals(sheet, Out, StringComparison.OrdinalIgnoreCase))
            throw UserException.Usage($"--out {Out}: the head's name ends in .png, which its picture is to have; take "
                + $"another, such as {Path.ChangeExtension(Out, ".head")}.");
        OutputFiles.Check([RunPath, .. From],
            [OutputFiles.Tensors("out", Out, "talkinghead-head"), OutputFiles.Media("out", sheet, "the picture of its frames"),
                OutputFiles.Json("json", Json, "head", "id")]);
        Head.ExpectWritable(Out);
        var credentials = ContentCredentials.Open([.. SignWith]);

        using var run = TrainedRun.Open(RunPath, Device, Checkpoint, Set);
        foreach (var note in run.Notes)
            Console.Error.WriteLine(note);
        Console.Error.WriteLine(credentials.Signer);
        if (!FeedForward)
            Console.Error.WriteLine(run.ExpectTuning());
        run.ExpectShots(Shots);
        var source = PersonFrames.Take([.. From], Shots, run.Configuration, Detector, Console.Error.WriteLine, stop);
        var settings = new FineTunerSettings { FeedForward = FeedForward, Epochs = Epochs, Seed = Seed };
        var curve = new List<FineTuningEpoch>();
        using var head = FeedForward ? PersonFineTuner.Run(run, source, settings, cancel: stop) : Tune(run, source, settings, curve, stop);

        credentials.Save(HeadSheet.Draw(head, source), sheet, SyntheticMark.For($"head {head.Id}", isComposite: true));
        head.Save(Out);
        Say(head, curve, sheet);
        if (Json is not null)
            JsonFile.Write(Json, new Report(Out, head.Id, head.Origin,
                curve.ConvertAll(epoch => new Point(epoch.Epoch, Finite(epoch.Loss), Finite(epoch.HeldOut)))));
    }

    Head Tune(TrainedRun run, SourceFrames source, FineTunerSettings settings, List<FineTuningEpoch> curve, CancellationToken stop)
    {
        Head? head = null;
        long most = Epochs ?? run.Configuration.FineTuning.Epochs;
        var after = Epochs is null && source.Count >= StoppingRule.LeastFrames ? StoppingRule.EpochsOfAll((int)most) : 0;
        Progress.Run("finetune", most + after, "epochs", progress => head = PersonFineTuner.Run(run, source, settings, epoch =>
        {
            if (curve.Count > 0 && epoch.Epoch == 0)
                progress.Say(string.Create(CultureInfo.InvariantCulture, $"best on held-out frames: epoch "
                    + $"{curve.MinBy(each => each.HeldOut).Epoch}; learning all {source.Count} frames for {epoch.Epochs} more"));
            curve.Add(epoch);
            if (epoch.Epoch > 0)
                progress.Step();
        }, stop));
        return head!;
    }

    void Say(Head head, List<FineTuningEpoch> curve, string sheet)
    {
        var heldOut = curve.Exists(epoch => double.IsFinite(epoch.HeldOut));
        if (heldOut)
            curve = curve.FindAll(epoch => double.IsFinite(epoch.HeldOut));
        if (curve.Count > 1)
        {
            Console.WriteLine(heldOut ? "content loss of the held-out frames, epoch by epoch:"
                : "content loss of the frames, epoch by epoch:");
            foreach (var epoch in curve.Where(epoch => double.IsFinite(Score(epoch))
                && (epoch.Epoch % Math.Max(1, curve.Count / 10) == 0 || epoch.Epoch == head.Origin.KeptEpoch
                    || epoch.Epoch == curve.Count - 1)))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {epoch.Epoch,4} {Score(epoch),9:0.0000} {Bar(epoch)}{(epoch.Epoch == head.Origin.KeptEpoch ? " kept" : "")}"));

            double Score(FineTuningEpoch epoch) => heldOut ? epoch.HeldOut : epoch.Loss;

            string Bar(FineTuningEpoch epoch) =>
                new('#', (int)Math.Round(40 * Score(epoch) / curve.Where(each => double.IsFinite(Score(each))).Max(Score)));
        }

        var how = head.Origin.Epochs is { } epochs ? $"fine-tuned, epoch {head.Origin.KeptEpoch} of {epochs}" : "feed-forward";
        Console.WriteLine($"{Out}: a head of {head.Origin.Shots} frames of {head.Origin.Source.Name}, {how}; id {head.Id[..16]}");
        Console.WriteLine($"{sheet}: its source frames and what it makes of them");
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    // The figures of the JSON file.
    sealed record Report(string Head, string Id, HeadOrigin Origin, IReadOnlyList<Point> Curve);

    sealed record Point(int Epoch, double? Loss, double? HeldOut);
}

using CommandLine;
using CommandLine.Text;
using TalkingHead.Configuration;
using TalkingHead.Training;

namespace TalkingHead.Cli;

[Verb("import", HelpText = "Reads the published checkpoint of the best-known reproduction (github.com/vincent-thevenin/"
    + "Realistic-Neural-Talking-Head-Models) into a run, for finetune and evaluate.")]
sealed class ImportVerb : IVerb
{
    [Value(0, MetaName = "CHECKPOINT", Required = true, HelpText = "The meta-learned file, as torch.save wrote it.")]
    public string Checkpoint { get; set; } = "";

    [Option("kind", Required = true, MetaValue = "KIND", HelpText = "vt-master (the published weights) or vt-save-disc (the "
        + "later layout).")]
    public string Kind { get; set; } = "";

    [Option("out", Required = true, MetaValue = "RUN", HelpText = "The run's directory.")]
    public string Out { get; set; } = "";

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
        [new("Read the published weights", new ImportVerb { Checkpoint = "model_weights.tar", Kind = "vt-master", Out = "runs/vt" })];

    public void Run(CancellationToken stop)
    {
        var layout = Kind switch
        {
            "vt-master" => NetworkLayout.VtMaster,
            "vt-save-disc" => NetworkLayout.VtSaveDisc,
            _ => throw UserException.Usage($"--kind is \"{Kind}\"; expected vt-master or vt-save-disc."),
        };
        OutputFiles.Check([Checkpoint], [OutputFiles.Folder("out", Out, ".lock", "config.yaml", "environment.json")]);
        var folder = ReproductionCheckpoint.Import(Checkpoint, layout, Out);
        Console.Out.WriteLine($"{folder}: the networks of {Checkpoint}. Its landmarks are drawn in its own style, and its pictures are "
            + $"padded from 224 to 256 pixels, as it was trained.");
    }
}

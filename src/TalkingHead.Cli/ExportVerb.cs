using CommandLine;
using CommandLine.Text;
using TalkingHead.Animation;

namespace TalkingHead.Cli;

[Verb("export", HelpText = "Writes a trained run as one file of half precision, to be used wherever a run is.")]
sealed class ExportVerb : IVerb
{
    [Value(0, MetaName = "RUN", Required = true, HelpText = "The run, from train.")]
    public string RunPath { get; set; } = "";

    [Option("out", Required = true, MetaValue = "FILE", HelpText = "The model to write, a safetensors file.")]
    public string Out { get; set; } = "";

    [Option("checkpoint", Default = "newest", HelpText = OptionText.Checkpoint)]
    public string Checkpoint { get; set; } = "newest";

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
        [new("Keep the best checkpoint", new ExportVerb { RunPath = "runs/first", Checkpoint = "best", Out = "first.safetensors" })];

    public void Run(CancellationToken stop)
    {
        OutputFiles.Check([RunPath], [OutputFiles.Tensors("out", Out, "talkinghead-model")]);
        using var run = TrainedRun.Open(RunPath, "cpu", Checkpoint);
        run.Export(Out);
        Console.Out.WriteLine($"{Out}: step {run.Step} of {run.Name}, {new FileInfo(Out).Length / 1e6:0.0} MB; finetune and evaluate take it in place of the run");
    }
}

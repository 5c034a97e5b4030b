using CommandLine;
using CommandLine.Text;
using TalkingHead.Animation;
using TalkingHead.Onnx;
using TorchSharp;

namespace TalkingHead.Cli;

[Verb("export",
    HelpText = "Writes a trained run as one file of half precision, for finetune, evaluate, studio, inspect "
    + "and export; or a head or a run as ONNX, to be run anywhere.")]
sealed class ExportVerb : IVerb
{
    [Value(0, MetaName = "RUN|HEAD", Required = true, HelpText = "The run, from train or import; for --onnx also a head, from finetune.")]
    public string What { get; set; } = "";

    [Option("out", MetaValue = "FILE", HelpText = "Write the run as a model, a safetensors file.")]
    public string? Out { get; set; }

    [Option("onnx", MetaValue = "FILE",
        HelpText = "Write ONNX: a head with its person, or a run's generator with psi as an input and its embedder beside it "
        + "(*.embedder.onnx).")]
    public string? Onnx { get; set; }

    [Option("half", HelpText = "ONNX in half precision; norms stay float32.")]
    public bool Half { get; set; }

    [Option("checkpoint", Default = "newest", HelpText = OptionText.Checkpoint)]
    public string Checkpoint { get; set; } = "newest";

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Keep the best checkpoint", new ExportVerb { What = "runs/first", Checkpoint = "best", Out = "first.safetensors" }),
        new("Take a head to another program", new ExportVerb { What = "person.head", Onnx = "person.onnx" }),
    ];

    public void Run(CancellationToken stop)
    {
        if (Out is null == Onnx is null)
            throw UserException.Usage("export: give either --out FILE for a model of this program or --onnx FILE for ONNX.");
        if (Half && Onnx is null)
            throw UserException.Usage("--half is for --onnx; a model of --out always is of half precision.");
        if (Onnx is not null && !Onnx.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            throw UserException.Usage($"--onnx {Onnx}: expected a name that ends in .onnx, by which animate and inspect know the file.");
        OutputFiles.Check([What], [OutputFiles.Tensors("out", Out, "talkinghead-model"), OutputFiles.Onnx("onnx", Onnx),
            OutputFiles.Onnx("onnx", Onnx is null || HeadFile.Looks(What) ? null : OnnxRunFiles.EmbedderPath(Onnx), "the embedder")]);
        if (Onnx is not null && HeadFile.Looks(What))
            ExportHead(Onnx);
        else
            ExportRun();
    }

    void ExportHead(string path)
    {
        using var head = Head.Load(What, torch.CPU);
        head.ExportOnnx(path, Half);
        Console.Out.WriteLine(
            $"{path}: {Describe(path)}, ONNX opset {OnnxGraph.Opset}; animate takes it as a head, onnxruntime runs it anywhere");
    }

    void ExportRun()
    {
        using var run = TrainedRun.Open(What, "cpu", Checkpoint);
        if (Onnx is not null)
        {
            var files = run.ExportOnnx(Onnx, Half);
            Console.Out.WriteLine($"{files[0]}: the generator of step {run.Step} of {run.Name}, {Describe(files[0])}");
            Console.Out.WriteLine($"{files[1]}: the embedder, {Describe(files[1])}; it gives the generator's input psi");
            return;
        }
        run.Export(Out!);
        Console.Out.WriteLine($"{Out}: step {run.Step} of {run.Name}, {Describe(Out!)}; finetune and evaluate take it in place of the run");
    }

    static string Describe(string path) => FormattableString.Invariant($"{new FileInfo(path).Length / 1e6:0.0} MB");
}

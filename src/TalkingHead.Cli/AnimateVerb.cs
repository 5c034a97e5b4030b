using System.Globalization;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Animation;
using TalkingHead.Provenance;
using TalkingHead.Training;

namespace TalkingHead.Cli;

[Verb("animate", HelpText = "Drives a head with the motion of a video or of a dataset's clip.")]
sealed class AnimateVerb : IVerb
{
    [Value(0, MetaName = "HEAD", Required = true, HelpText = "The person's head, from finetune, or an ONNX file of it, from export.")]
    public string HeadPath { get; set; } = "";

    [Option("driver", Required = true, MetaValue = "VIDEO|DATASET#CLIP", HelpText = "The driver, whose motion is used.")]
    public string DriverPath { get; set; } = "";

    [Option("out", Required = true, MetaValue = "FILE|DIR", HelpText = "What to write: .mp4 (with the driver's sound), .gif or a folder of "
        + "PNG files.")]
    public string Out { get; set; } = "";

    [Option("side-by-side", HelpText = "Show a source picture, the landmark image and the result next to each other.")]
    public bool SideBySide { get; set; }

    [Option("adapt", MetaValue = "on|off", HelpText = "Adapt the driver's motion to the head's face shape. By default on if the driver "
        + "appears to be another person.")]
    public string? Adapt { get; set; }

    [Option("smoothing", Default = 1.0, HelpText = "How strongly jitter is smoothed out of a video's landmarks; 0 for not at all.")]
    public double Smoothing { get; set; } = 1;

    [Option("batch", Default = 8, HelpText = "Frames generated together.")]
    public int Batch { get; set; } = 8;

    [Option("detector", Default = "mesh", HelpText = OptionText.Detector)]
    public string Detector { get; set; } = "mesh";

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    [Option("engine", MetaValue = "torch|onnx",
        HelpText = "What computes the pictures, libtorch or ONNX Runtime; without this option, on a CPU the faster one, which is "
        + "measured first.")]
    public string? Engine { get; set; }

    [Option("sign-with", MetaValue = "CERT KEY", HelpText = OptionText.SignWith)]
    public IEnumerable<string> SignWith { get; set; } = [];

    [Option("mark", Default = "on", MetaValue = "on|off", HelpText = "Mark generated frames of 128 pixels or more imperceptibly as "
        + "synthetic.")]
    public string Mark { get; set; } = "on";

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
        [new("Give a head the motion of a video", new AnimateVerb { HeadPath = "person.head", DriverPath = "driver.mp4", Out = "out.mp4",
            SideBySide = true })];

    public void Run(CancellationToken stop)
    {
        if (!(Smoothing is >= 0 and <= 100))
            throw UserException.Usage($"--smoothing {Smoothing} is outside 0 to 100.");
        if (Batch is < 1 or > 1024)
            throw UserException.Usage($"--batch {Batch}: expected 1 to 1024.");
        var settings = new AnimationSettings
        {
            Smoothing = Smoothing,
            Batch = Batch,
            Adapt = Adapt switch
            {
                null => null,
                "on" => true,
                "off" => false,
                _ => throw UserException.Usage($"--adapt {Adapt}: expected on or off."),
            },
        };
        Animation.Engine? engine = Engine switch
        {
            null => null,
            "torch" => Animation.Engine.Torch,
            "onnx" => Animation.Engine.Onnx,
            _ => throw UserException.Usage($"--engine {Engine}: expected torch or onnx."),
        };
        OutputFiles.Check([HeadPath, DriverPath], [OutputFiles.Media("out", Out), OutputFiles.Json("json", Json, "output", "frames")]);
        if (Mark is not ("on" or "off"))
            throw UserException.Usage($"--mark {Mark}: expected on or off.");
        var credentials = ContentCredentials.Open([.. SignWith]);
        var (device, reason) = Devices.Choose(Device);
        using var head = Head.Load(HeadPath, device);
        using var driver = Driver.Open(DriverPath, Detector);
        var (adapt, why) = new Animator(head, settings).Adapts(driver);
        Console.Error.WriteLine($"engine: {Choose(head, engine)}");
        Console.Error.WriteLine($"device: {device} ({reason}); adaptation {(adapt ? "on" : "off")} ({why})");
        if (driver.ColorNote is { } note)
            Console.Error.WriteLine($"{DriverPath}: {note}");
        Console.Error.WriteLine(credentials.Signer);
        if (Mark == "off")
            Console.Error.WriteLine("mark off: once a copy has lost its metadata, nothing in it shows that it is synthetic");
        else if (head.Size < PixelMark.LeastSide)
            Console.Error.WriteLine($"no mark in the pixels: frames of {head.Size} px are too small for it "
                + $"(it needs {PixelMark.LeastSide})");

        AnimationReport? report = null;
        Progress.Run("animate", driver.FrameCount, "frames",
            progress => report = AnimationFile.Write(head, driver, Out, settings, SideBySide, _ => progress.Step(), stop, credentials,
                Mark == "on"));
        Say(report!);
        if (Json is not null)
            JsonFile.Write(Json, report);
        stop.ThrowIfCancellationRequested(); // the file that was begun plays
        driver.Damage?.Tell(sentence => Console.Error.WriteLine(Program.Prefix + sentence));
    }

    string Choose(Head head, Animation.Engine? engine)
    {
        if (engine is not { } asked)
            return head.UseFaster();
        if (head.IsOnnxFile && asked == Animation.Engine.Torch)
            throw UserException.Usage(
                $"{HeadPath}: an ONNX file is computed by ONNX Runtime only; leave --engine torch out, or take the head that it was "
                + $"exported from.");
        head.Use(asked);
        return $"{(asked == Animation.Engine.Onnx ? "ONNX Runtime" : "libtorch")} (as asked)";
    }

    static void Say(AnimationReport report)
    {
        var missing = report.Held + report.Lost == 0 ? ""
            : $", {report.Held} without a face held from the last one, {report.Lost} marked as without a face";
        var lost = report.Unreadable == 0 ? "" : $", {report.Unreadable} of the driver's could not be read: the one before stands in "
            + $"their place";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Output}: {report.Frames} frames at {report.Rate:0.##}/s{(report.VariableRate ? " on average, each at "
            + "its own time" : "")}{missing}{lost}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Frames / report.Seconds:0.0} frames/s; work a frame: "
                + $"{string.Join(", ", report.Stages.Select(stage => $"{stage.Key} {stage.Value:0.0} ms"))}; from a frame in to its "
                + $"result out {report.Latency:0} ms (median)"));
    }
}

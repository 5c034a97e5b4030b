using System.Globalization;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Training;

namespace TalkingHead.Cli;

[Verb("compare", HelpText = "Measures a folder of pictures, or a dataset, against another: SSIM, PSNR, L1, resnet18, FD-resnet18, FID, "
    + "KID, FVD, LPIPS, CSIM, identity, AKD, NME, pose, gaze, eyes, mouth and flicker.")]
sealed class CompareVerb : MetricVerb, IVerb
{
    [Value(0, MetaName = "REAL-DIR", Required = true, HelpText = "The truth: pictures in a folder and the folders in it, or a dataset.")]
    public string Real { get; set; } = "";

    [Value(1, MetaName = "FAKE-DIR", Required = true, HelpText = "What is measured; its pictures have the names of their truth, whatever "
        + "the ending.")]
    public string Fake { get; set; } = "";

    [Option("seed", Default = 1, HelpText = "Draws KID's subsets.")]
    public int Seed { get; set; } = 1;

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
        [new("Measure generated frames against the true ones",
            new CompareVerb { Real = "truth/", Fake = "generated/", Metrics = "ssim,psnr,fid", Json = "figures.json" })];

    public void Run(CancellationToken stop)
    {
        var settings = Comparison() with { Seed = Seed };
        OutputFiles.Check([Real, Fake], [OutputFiles.Json("json", Json, "real", "fake")]);
        var (device, reason) = Devices.Choose(Device);
        using var real = PictureSet.Open(Real);
        using var fake = PictureSet.Open(Fake);
        using var comparison = new Comparison(real, fake, settings with { Device = device });
        Console.Error.WriteLine($"{real.Where}: {real.Names.Count} pictures; {fake.Where}: {fake.Names.Count}; device {device} ({reason})");

        ComparisonResult? result = null;
        Progress.Run("compare", comparison.Count, "names", progress => result = comparison.Run(done => progress.Step(done), stop));
        Show(result!);
        if (Json is not null)
            JsonFile.Write(Json, new Report(Real, Fake, result!.Rows, result.Notes));
        if (result!.Rows.All(row => row.Reason is not null))
            throw new UserException($"{Real} and {Fake}: none of the metrics could be measured; the lines above say why.");
    }

    static void Show(ComparisonResult result)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var name in (string[])["metric", "value", "N", "size"])
            table.AddColumn(new TableColumn(name) { NoWrap = true });
        table.AddColumn("definition");
        foreach (var row in result.Rows)
            table.AddRow(row.Metric, Markup.Escape(Figure(row)), Count(row), row.Resolution,
                Markup.Escape(string.Concat(row.Definition, row.Marks.Count > 0 ? $" [{string.Join("; ", row.Marks)}]" : "")));
        AnsiConsole.Write(table);
        foreach (var rows in result.Rows.Where(row => row.Reason is not null).GroupBy(row => row.Reason))
            Console.Out.WriteLine($"not measured: {string.Join(", ", rows.Select(row => row.Metric))}: {rows.Key}");
        foreach (var note in result.Notes)
            Console.Out.WriteLine($"note: {note}");
    }

    static string Figure(MetricRow row)
    {
        if (row.Value is not { } value)
            return row.Reason is null ? "identical" : "-";
        string Text(double number) => number.ToString($"F{row.Decimals}", CultureInfo.InvariantCulture);
        return $"{Text(value)}{(row.Deviation is { } deviation ? $" ± {Text(deviation)}" : "")}{(row.Unit == "" ? "" : $" {row.Unit}")}";
    }

    static string Count(MetricRow row) => row.Reason is not null && row.Real == 0 ? "" : row.Real == row.Fake ? $"{row.Real}"
        : $"{row.Real} / {row.Fake}";

    // The figures of the JSON file.
    sealed record Report(string Real, string Fake, IReadOnlyList<MetricRow> Rows, IReadOnlyList<string> Notes);
}

/// <summary>The options of verbs that measure.</summary>
abstract class MetricVerb
{
    const string All = "all";

    [Option("metrics", Default = All, MetaValue = "LIST", HelpText = "What to measure: all, or some of ssim, psnr, l1, resnet18, "
        + "fd-resnet18, fid, kid, fvd, lpips, csim, identity, akd, nme, pose, gaze, temporal, jitter, eyes-l1, eyes-ssim, mouth-l1, "
        + "mouth-ssim; evaluate also has pose-following, pose-r, expression-following and expression-r, with --cross part of all. "
        + "FID, KID, FVD, LPIPS, CSIM and identity need weights: talkinghead doctor lists them.")]
    public string Metrics { get; set; } = All;

    [Option("fid-variant", Default = "pytorch-fid", HelpText = "How FID and KID resize pictures: pytorch-fid or clean-fid.")]
    public string FidVariantName { get; set; } = "pytorch-fid";

    [Option("lpips-trunk", Default = "alex", HelpText = "LPIPS's trunk: alex, vgg or squeeze.")]
    public string LpipsTrunk { get; set; } = "alex";

    [Option("csim-network", Default = "ir-se50", HelpText = "CSIM's network: ir-se50 (fed BGR, as it was trained), ir-se50-rgb, "
        + "r50 or r100.")]
    public string CsimNetwork { get; set; } = "ir-se50";

    [Option("detector", Default = "mesh", HelpText = "Finds the landmarks for CSIM, identity, AKD, NME, pose and gaze "
        + "(mesh alone): mesh or fan.")]
    public string Detector { get; set; } = "mesh";

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    /// <summary>What the options ask for.</summary>
    /// <exception cref="UserException">An option that names nothing known.</exception>
    protected ComparisonSettings Comparison(bool cross = false) => new()
    {
        Metrics = Metric.Parse(Metrics, cross),
        FidVariant = FidVariantName switch
        {
            "pytorch-fid" => FidVariant.PytorchFid,
            "clean-fid" => FidVariant.CleanFid,
            _ => throw UserException.Usage($"--fid-variant {FidVariantName}: expected pytorch-fid or clean-fid."),
        },
        LpipsTrunk = OneOf("lpips-trunk", LpipsTrunk, PerceptualDistance.Trunks),
        CsimNetwork = OneOf("csim-network", CsimNetwork, Csim.Networks),
        Detector = OneOf("detector", Detector, FaceTracker.Names),
    };

    static string OneOf(string option, string value, IReadOnlyCollection<string> known) =>
        known.Contains(value) ? value : throw UserException.Usage($"--{option} {value}: expected {string.Join(", ", known)}.");
}

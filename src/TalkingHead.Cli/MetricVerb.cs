using CommandLine;
using TalkingHead.Evaluation;

namespace TalkingHead.Cli;

/// <summary>The options of verbs that measure.</summary>
abstract class MetricVerb
{
    const string All = "ssim,psnr,l1,fid,kid,lpips,csim,akd,nme,pose";

    [Option("metrics", Default = All, MetaValue = "LIST", HelpText = "What to measure. FID, KID, LPIPS and CSIM need weights: talkinghead doctor lists them.")]
    public string Metrics { get; set; } = All;

    [Option("fid-variant", Default = "pytorch-fid", HelpText = "How FID and KID resize pictures: pytorch-fid or clean-fid.")]
    public string FidVariantName { get; set; } = "pytorch-fid";

    [Option("lpips-trunk", Default = "alex", HelpText = "LPIPS's trunk: alex, vgg or squeeze.")]
    public string LpipsTrunk { get; set; } = "alex";

    [Option("csim-network", Default = "ir-se50", HelpText = "CSIM's network: ir-se50 (fed BGR, as it was trained), ir-se50-rgb, r50 or r100.")]
    public string CsimNetwork { get; set; } = "ir-se50";

    [Option("detector", Default = "dlib", HelpText = "Finds the landmarks for CSIM, AKD, NME and pose: dlib or fan.")]
    public string Detector { get; set; } = "dlib";

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    /// <summary>What the options ask for.</summary>
    /// <exception cref="UserException">An option that names nothing known.</exception>
    protected ComparisonSettings Comparison() => new()
    {
        Metrics = ComparisonSettings.ParseMetrics(Metrics),
        FidVariant = FidVariantName switch
        {
            "pytorch-fid" => FidVariant.PytorchFid,
            "clean-fid" => FidVariant.CleanFid,
            _ => throw UserException.Usage($"--fid-variant {FidVariantName}: expected pytorch-fid or clean-fid."),
        },
        LpipsTrunk = OneOf("lpips-trunk", LpipsTrunk, PerceptualDistance.Trunks),
        CsimNetwork = OneOf("csim-network", CsimNetwork, Csim.Networks),
        Detector = OneOf("detector", Detector, ["dlib", "fan"]),
    };

    static string OneOf(string option, string value, IReadOnlyCollection<string> known) =>
        known.Contains(value) ? value : throw UserException.Usage($"--{option} {value}: expected {string.Join(", ", known)}.");
}

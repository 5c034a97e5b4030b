namespace TalkingHead.Evaluation;

/// <summary>How each metric is called, defined and written down.</summary>
static class MetricForms
{
    /// <summary>A row without a figure.</summary>
    internal static MetricRow Blank(Metric metric, ComparisonSettings settings) => metric switch
    {
        Metric.Ssim => new("SSIM", Ssim.Definition),
        Metric.Psnr => new("PSNR", Psnr.Definition) { Unit = "dB", Decimals = 3 },
        Metric.L1 => new("L1", L1.Definition),
        Metric.Fid => new("FID", Fid.Definition(settings.FidVariant)) { Decimals = 3 },
        Metric.Kid => new("KID", Kid.Definition(settings.FidVariant)) { Decimals = 5 },
        Metric.Lpips => new("LPIPS", PerceptualDistance.Definition(settings.LpipsTrunk)),
        Metric.Csim => new("CSIM", $"{Csim.Definition(settings.CsimNetwork)}, {settings.Detector} landmarks"),
        Metric.Akd => new("AKD", $"{Akd.Definition}, {settings.Detector}") { Unit = "px", Decimals = 3 },
        Metric.Nme => new("NME", $"{Nme.Definition}, {settings.Detector}"),
        Metric.Pose => new("Pose", $"{PoseError.Definition}, {settings.Detector}") { Unit = "°", Decimals = 2 },
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, null),
    };

    /// <summary>Whether more is better.</summary>
    internal static bool HigherIsBetter(Metric metric) => metric is Metric.Ssim or Metric.Psnr or Metric.Csim;

    /// <summary>Whether it follows from landmarks found in the pictures.</summary>
    internal static bool NeedsFaces(Metric metric) => metric is Metric.Csim or Metric.Akd or Metric.Nme or Metric.Pose;
}

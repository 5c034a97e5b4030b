using TalkingHead.Configuration;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>What can be measured between two sets of pictures.</summary>
public enum Metric
{
    Ssim,
    Psnr,
    L1,
    Fid,
    Kid,
    Lpips,
    Csim,
    Akd,
    Nme,
    Pose,
}

/// <summary>What is measured, and how.</summary>
public sealed record ComparisonSettings
{
    public IReadOnlyList<Metric> Metrics { get; init; } = Enum.GetValues<Metric>();

    /// <summary>How FID and KID resize pictures.</summary>
    public FidVariant FidVariant { get; init; } = FidVariant.PytorchFid;

    /// <summary>"alex", "vgg" or "squeeze".</summary>
    public string LpipsTrunk { get; init; } = "alex";

    /// <summary>One of <see cref="Csim.Networks"/>; the default's weights have an address of their own.</summary>
    public string CsimNetwork { get; init; } = "ir-se50";

    /// <summary>"mesh" or "fan": finds the landmarks for CSIM, AKD, NME and poses.</summary>
    public string Detector { get; init; } = "mesh";

    /// <summary>Where networks and pictures' statistics run; the CPU when null.</summary>
    public Device? Device { get; init; }

    /// <summary>Which subsets KID draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Reads "ssim,psnr"; a metric named twice counts once.</summary>
    /// <exception cref="UserException">A name that is no metric's, or none.</exception>
    public static IReadOnlyList<Metric> ParseMetrics(string list)
    {
        var known = Enum.GetNames<Metric>().Select(name => name.ToLowerInvariant()).ToArray();
        var found = new List<Metric>();
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var place = Array.IndexOf(known, name.ToLowerInvariant());
            if (place < 0)
                throw UserException.Usage($"--metrics: unknown metric \"{name}\"; expected some of {string.Join(", ", known)}.{Spelling.Suggestion(name, known)}");
            found.Add((Metric)place);
        }

        return found.Count > 0 ? [.. found.Distinct()] : throw UserException.Usage($"--metrics names no metric; expected some of {string.Join(", ", known)}.");
    }
}

/// <summary>How a comparison gets its networks; each is made only where a metric needs it.</summary>
sealed record ComparisonNetworks(
    Func<ComparisonSettings, Device, InceptionFeatures> Inception,
    Func<ComparisonSettings, Device, PerceptualDistance> Lpips,
    Func<ComparisonSettings, Device, Csim> Csim)
{
    /// <summary>With their published weights.</summary>
    internal static ComparisonNetworks Published { get; } = new(
        (settings, device) => InceptionFeatures.Load(settings.FidVariant, device),
        (settings, device) => PerceptualDistance.Load(settings.LpipsTrunk, device),
        (settings, device) => TalkingHead.Evaluation.Metrics.Csim.Load(settings.CsimNetwork, device));
}

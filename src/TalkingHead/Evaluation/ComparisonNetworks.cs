using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

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
        (settings, device) => Evaluation.Csim.Load(settings.CsimNetwork, device));
}

using TalkingHead.Configuration;
using TalkingHead.Networks;
using TalkingHead.Objectives;

namespace TalkingHead.Speed;

/// <summary>
/// Floating-point operations of the networks as the paper draws them: two for each multiply-add of a convolution, linear
/// layer or attention; a backward pass costs as much again for each of the two gradients. What a fast way saves is not
/// taken off, so a rate over these figures can be compared between programs.
/// </summary>
static class StepCost
{
    /// <summary>One training step on <paramref name="batch"/> episodes.</summary>
    public static double Of(RunConfiguration configuration, ContentLoss content, int batch, bool adversarial)
    {
        double[] macs = [.. NetworkSet.Profile(configuration).Select(profile => (double)profile.Macs)];
        var (e, g, v) = (macs[0], macs[1], macs[2]);
        double vgg = content.Networks.Sum(entry => (double)entry.Network.Macs(configuration.Data.Size));
        double generator = 3 * (configuration.Episodes.Shots * e + g)
            + 3 * vgg                             // x, x̂, and back to x̂
            + (adversarial ? 3 * v : 0);          // the same through V
        double discriminator = adversarial ? configuration.Optimizer.DiscriminatorSteps * 2 * 3 * v : 0;
        return 2 * batch * (generator + discriminator);
    }

    /// <summary>One frame of an animation.</summary>
    public static double OfFrame(RunConfiguration configuration) => 2.0 * NetworkSet.Profile(configuration)[1].Macs;
}

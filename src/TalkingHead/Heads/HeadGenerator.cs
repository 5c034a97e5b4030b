using TalkingHead.Configuration;
using TalkingHead.Networks;
using TalkingHead.Networks.Vt;
using TorchSharp;
using static TorchSharp.torch;
using Generator = TalkingHead.Networks.Generator;

namespace TalkingHead.Heads;

/// <summary>The generator of a head: without P, and without spectral norm, whose division is done once for all.</summary>
static class HeadGenerator
{
    /// <summary>One with weights that are yet to be loaded, in evaluation mode.</summary>
    public static PersonGenerator Build(RunConfiguration configuration, Device device) => Empty<PersonGenerator>(() => configuration.Network.Layout == NetworkLayout.Paper
        ? new Generator(configuration.Network, configuration.Data.Size, SpectralMode.Off, projects: false)
        : new VtGenerator(VtLayout.Of(configuration.Network.Layout)), device); // its spectral norm is fixed in use, and P is part of it

    /// <summary>What is built, in evaluation mode. Its fresh weights draw numbers and are replaced: whoever draws after gets the same as before.</summary>
    public static T Empty<T>(Func<T> build, Device device) where T : PersonGenerator
    {
        using var state = get_rng_state();
        var generator = build();
        set_rng_state(state);
        generator.Own().to(device);
        generator.eval();
        return generator;
    }

    /// <summary>One with a run's or a fine-tuned generator's weights, folded.</summary>
    public static PersonGenerator Of(PersonGenerator source, RunConfiguration configuration, Device device)
    {
        using var scope = NewDisposeScope();
        var generator = Build(configuration, device);
        generator.load_state_dict(SpectralNorm.Fold(source).Where(entry => !Generator.IsProjection(entry.Key)).ToDictionary());
        return generator;
    }
}

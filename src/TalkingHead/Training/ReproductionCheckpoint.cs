using TalkingHead.Configuration;
using TalkingHead.Models.Import;
using TalkingHead.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>Reads a meta-learned checkpoint of the best-known reproduction and writes it as a run of this framework.</summary>
public static class ReproductionCheckpoint
{
    const string EmbedderKey = "E_state_dict", GeneratorKey = "G_state_dict", DiscriminatorKey = "D_state_dict";

    /// <summary>Side of its pictures: 224 pixels and 16 black ones around.</summary>
    const int Size = 256;

    /// <summary>Imports a file; returns the folder of the checkpoint it becomes.</summary>
    /// <param name="path">The published or trained file, as torch.save wrote it.</param>
    /// <param name="layout">Which of its layouts: vt-master or vt-save-disc.</param>
    /// <param name="run">The run's directory to make.</param>
    /// <exception cref="UserException">The file is damaged, of another layout or of one person; or the run cannot be written.</exception>
    public static string Import(string path, NetworkLayout layout, string run)
    {
        var configuration = new RunConfiguration
        {
            Data = new() { Size = Size, Resize = ResizeKind.Pad },
            Landmarks = new() { Style = LandmarkStyle.Vt, InnerLips = true },
            Network = new() { Layout = layout },
        };
        configuration = configuration with { Objective = configuration.Objective.Resolved() };
        using var file = PyTorchCheckpoint.Open(path);
        if (file.Root is PickledDictionary root && root.Find(EmbedderKey) is null && root.Find(GeneratorKey) is not null)
            throw new UserException($"{path}: has a {GeneratorKey} but no {EmbedderKey}: it is fine-tuned to one person. Import the "
                + $"meta-learned file that it was made from.");
        using var networks = PersonNetworks.Build(configuration);
        using var discriminator = new ReproductionDiscriminator(ReproductionLayout.For(layout));
        StateDict.Load(networks.Embedder, file.StateDict(EmbedderKey), $"{path}: {EmbedderKey}");
        StateDict.Load(networks.Generator, file.StateDict(GeneratorKey), $"{path}: {GeneratorKey}");
        // W_i, its rows by the number of a folder, means nothing without the folders.
        StateDict.Load(discriminator, file.StateDict(DiscriminatorKey), $"{path}: {DiscriminatorKey}", unused: name => name == "W_i");

        using var directory = RunDirectory.Open(run, resume: false);
        directory.Describe(configuration, "cpu");
        var state = new Checkpoint.State { Step = 0, Sampler = "" };
        Checkpoint.Save(directory, state, configuration,
            folder => networks.Save(folder, [.. PersonNetworks.Prefixed("discriminator", discriminator)]));
        return Checkpoint.Folder(directory, state.Step);
    }
}

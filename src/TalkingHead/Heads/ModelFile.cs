using System.Globalization;
using TalkingHead.Configuration;
using TalkingHead.Formats;
using TalkingHead.Media;
using TalkingHead.Networks;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Heads;

/// <summary>
/// A trained run in one safetensors file to pass on: <c>embedder.*</c>, <c>generator.*</c> (averages where the run kept
/// them) and <c>discriminator.*</c> in half precision; in its metadata the format, the run, the step and the configuration.
/// It stands wherever a run is opened for use; training does not go on from it.
/// </summary>
static class ModelFile
{
    const string FormatKey = "format", Format = "talkinghead-model", RunKey = "run", StepKey = "step", ConfigurationKey = "configuration";

    public static void Save(TrainedRun run, NetworkSet networks, string path)
    {
        using var scope = NewDisposeScope();
        var tensors = Parts(networks).SelectMany(part => PersonNetworks.Prefixed(part.Prefix, part.Network))
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.to(ScalarType.Float16)));
        var texts = new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [RunKey] = run.Name,
            [StepKey] = run.Step.ToString(CultureInfo.InvariantCulture),
            [ConfigurationKey] = run.Configuration.ToYaml(),
        };
        try
        {
            PictureFile.MakeRoom(path);
            SafeTensors.Save(path, tensors, texts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the model cannot be written ({e.Message}). Choose another --out.", e);
        }
    }

    public static TrainedRun Open(string path, string device, IEnumerable<string>? changes)
    {
        using var file = SafeTensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format)
            throw new UserException($"{path}: no model, but another safetensors file; talkinghead export makes models, talkinghead train runs.");
        if (!int.TryParse(file.Metadata.GetValueOrDefault(StepKey), CultureInfo.InvariantCulture, out int step)
            || file.Metadata.GetValueOrDefault(ConfigurationKey) is not { } text || file.Metadata.GetValueOrDefault(RunKey) is not { } name)
            throw new UserException($"{path}: a model without \"{RunKey}\", \"{StepKey}\" or \"{ConfigurationKey}\" in its metadata: the file is damaged. Copy it again.");
        var configuration = RunConfiguration.Parse(text, $"{path}: its configuration", changes);
        CheckSize(path, file, configuration);
        var (chosen, reason) = Devices.Choose(device);
        Devices.Configure(configuration.Training.Precision);
        var networks = new NetworkSet(configuration, chosen);
        try
        {
            foreach (var (prefix, network) in Parts(networks))
                StateDict.Load(network, file.Tensors, path, entry => $"{prefix}.{entry}", entry => !entry.StartsWith(prefix + ".", StringComparison.Ordinal));
            return TrainedRun.Of(name, configuration, networks, chosen, step, [$"device: {chosen} ({reason})", $"model: {path}, step {step} of run {name}, half precision"]);
        }
        catch
        {
            networks.Dispose();
            throw;
        }
    }

    // A configuration is words: what it would take of memory must stand in the file already.
    static void CheckSize(string path, SafeTensorsFile file, RunConfiguration configuration)
    {
        if (configuration.Network.Layout != NetworkLayout.Paper)
            throw new UserException($"{path}: its configuration is of imported networks, which no model file holds: the file is damaged. Copy it again.");
        long held = file.Tensors.Values.Sum(tensor => tensor.Count);
        // E and V each have a 3x3 convolution of their widest maps to themselves, and no layer that is larger.
        long widest = configuration.Network.EncoderChannels(configuration.Data.Size).Max();
        if (Networks.Generator.CountWithoutProjection(configuration.Network, configuration.Data.Size) > held || 2 * 9 * widest * widest > held)
            throw new UserException($"{path}: its configuration is of networks larger than the {held:N0} numbers that it holds: the file is damaged. Copy it again.");
    }

    static IEnumerable<(string Prefix, nn.Module Network)> Parts(NetworkSet networks) =>
        [("embedder", networks.Embedder), ("generator", networks.Generator), ("discriminator", networks.Discriminator)];
}

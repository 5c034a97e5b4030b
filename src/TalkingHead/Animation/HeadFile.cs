using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Serialization;
using TalkingHead.Training;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Animation;

/// <summary>
/// A head's safetensors file: <c>generator.*</c> (spectral norm folded in), <c>psi</c> (1,A), which ends with references of the source
/// frames where it has them, <c>mean_shape</c> (68,2), <c>portrait</c> uint8 (S,S,3); in its metadata the format, the configuration, the
/// origin and a SHA-256 of all these.
/// </summary>
static class HeadFile
{
    const string Prefix = "generator.", Psi = "psi", MeanShape = "mean_shape", Portrait = "portrait";
    internal const string ConfigurationKey = "configuration", OriginKey = "origin";
    const string FormatKey = "format", Format = "talkinghead-head", VersionKey = "version", Version = "1", DigestKey = "sha256";

    /// <summary>Whether a file is a head's safetensors file; nothing but its header is read.</summary>
    public static bool Looks(string path) => File.Exists(path) && FormatOf(path) == Format;

    /// <summary>What a safetensors file's metadata calls its format; nothing but its header is read.</summary>
    public static string? FormatOf(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Metadata.GetValueOrDefault(FormatKey);
    }

    public static void Save(Head head, string path)
    {
        using var scope = NewDisposeScope();
        try
        {
            PictureFile.MakeRoom(path);
            SafeTensors.Save(path, Tensors(head), new Dictionary<string, string>(head.Texts) { [DigestKey] = head.Id });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, e);
        }
    }

    public static void ExpectWritable(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new IOException("it is a folder");
            PictureFile.MakeRoom(path);
            using var trial = new FileStream($"{path}.{Environment.ProcessId}.trial", FileMode.Create, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, e);
        }
    }

    static UserException CannotBeWritten(string path, Exception e) =>
        new($"{path}: the head cannot be written ({e.Message}). Choose another --out.", e);

    public static Head Load(string path, Device device)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(path);
        var metadata = file.Metadata;
        if (metadata.GetValueOrDefault(FormatKey) != Format)
            throw new UserException($"{path}: no head, but another safetensors file; talkinghead finetune makes heads.");
        if (metadata.GetValueOrDefault(VersionKey) != Version)
            throw new UserException(
                $"{path}: a head of version {Short(metadata.GetValueOrDefault(VersionKey))}, this program reads version {Version}. Use "
                    + $"the program that made it, or make it again.");
        var configuration = Configuration(path, Text(ConfigurationKey));
        var origin = HeadOrigin.FromJson(Text(OriginKey), path);
        var side = configuration.Data.Size;
        CheckSize(path, file, configuration);
        Expect(MeanShape, ScalarType.Float32, Landmarks.Count, 2);
        Expect(Portrait, ScalarType.Byte, side, side, 3);
        var shape = new Landmarks(file.Tensors[MeanShape].ToArray<float>());
        if (!shape.AreFinite)
            throw new UserException($"{path}: its mean landmark shape is not finite: the file is damaged. Copy it again, or make "
                + $"it again.");

        var generator = GeneratorFactory.Build(configuration, device);
        try
        {
            StateDict.Load(generator, file.Tensors, path, name => Prefix + name, name => name is Psi or MeanShape or Portrait);
            Expect(Psi, ScalarType.Float32, 1, generator.NearestPsiLength(file.Tensors.TryGetValue(Psi, out var psi) ? psi.Count : 0));
            if (!file.Tensors[Psi].ToArray<float>().All(float.IsFinite))
                throw new UserException($"{path}: its psi is not finite: the file is damaged. Copy it again, or make it again.");
            var head = new Head(generator, file.Tensors[Psi].ToTensor(device), configuration, shape,
                new Picture(side, side, file.Tensors[Portrait].ToArray<byte>()), origin, device,
                metadata.Where(entry => entry.Key != DigestKey).ToDictionary());
            if (head.Id == metadata.GetValueOrDefault(DigestKey))
                return head;
            head.Dispose();
            throw new UserException($"{path}: damaged: its checksum is another than it says. Copy it again, or make it again.");
        }
        catch
        {
            generator.Dispose();
            throw;
        }

        string Text(string key) => metadata.GetValueOrDefault(key)
            ?? throw new UserException($"{path}: a head without \"{key}\" in its metadata: the file is damaged. Copy it again, or make "
                + $"it again.");

        void Expect(string name, ScalarType type, params long[] sizes)
        {
            if (!file.Tensors.TryGetValue(name, out var stored) || stored.Type != type || !stored.Shape.SequenceEqual(sizes))
                throw new UserException(
                    $"{path}: its tensor \"{name}\" is missing or not {type} ({string.Join(",", sizes)}): the file is damaged. Copy it "
                    + $"again, or make it again.");
        }
    }

    internal static RunConfiguration Configuration(string path, string text)
    {
        try
        {
            return RunConfiguration.Parse(text, "its configuration");
        }
        catch (UserException mistakes)
        {
            var first = mistakes.Message.Split(Environment.NewLine)[0];
            throw new UserException($"{path}: {first} The file is damaged, or a newer program made it: use that one, or make the "
                + $"head again.", mistakes);
        }
    }

    // A configuration is words: what it would take of memory must stand in the file already.
    static void CheckSize(string path, SafeTensorsFile file, RunConfiguration configuration)
    {
        if (configuration.Network.Layout != NetworkLayout.Paper)
            return; // of a fixed size
        var asked = Generator.CountWithoutProjection(configuration.Network, configuration.Data.Size);
        var held = file.Tensors.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal)).Sum(entry => entry.Value.Count);
        if (asked != held)
            throw new UserException($"{path}: its configuration is of a "
                + $"generator with {asked:N0} numbers, the file holds {held:N0}: the file is damaged. Copy it again, or make it again.");
    }

    /// <summary>SHA-256 over names, shapes, numbers and texts.</summary>
    public static string Digest(Head head)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new HashStream(hash);
        foreach (var (name, tensor) in Tensors(head).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            stream.Write(Encoding.UTF8.GetBytes($"{name} {tensor.dtype} {string.Join(",", tensor.shape)}\n"));
            TensorBytes.Write(tensor, stream);
        }
        foreach (var (key, text) in head.Texts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            stream.Write(Encoding.UTF8.GetBytes($"{key} {Encoding.UTF8.GetByteCount(text)} {text}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static IEnumerable<KeyValuePair<string, Tensor>> Tensors(Head head) =>
    [
        .. head.Generator.state_dict().Select(entry => KeyValuePair.Create(Prefix + entry.Key, entry.Value)),
        KeyValuePair.Create(Psi, head.Psi),
        KeyValuePair.Create(MeanShape, tensor(head.MeanShape.Values.ToArray(), [Landmarks.Count, 2])),
        KeyValuePair.Create(Portrait, tensor(head.Portrait.Pixels, [head.Size, head.Size, 3], ScalarType.Byte)),
    ];

    /// <summary>A new head's metadata.</summary>
    public static Dictionary<string, string> Describe(RunConfiguration configuration, HeadOrigin origin) => new()
    {
        [FormatKey] = Format,
        [VersionKey] = Version,
        [ConfigurationKey] = configuration.ToYaml(),
        [OriginKey] = origin.ToJson(),
    };

    static string Short(string? text) => text is null ? "none" : text.Length > 20 ? text[..20] : text;
}

/// <summary>
/// A trained run in one safetensors file to pass on: <c>embedder.*</c>, <c>generator.*</c> (averages where the run kept
/// them) and <c>discriminator.*</c> in half precision; in its metadata the format, the run, the step and the configuration.
/// It stands wherever a run is opened for use; training does not go on from it.
/// </summary>
static class ModelFile
{
    const string FormatKey = "format", Format = "talkinghead-model", RunKey = "run", StepKey = "step", ConfigurationKey = "configuration";

    /// <summary>Whether a safetensors file is a model; nothing but its header is read.</summary>
    public static bool Looks(string path) => HeadFile.FormatOf(path) == Format;

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
            throw new UserException($"{path}: no model, but another safetensors file; talkinghead export makes models, talkinghead "
                + $"train runs.");
        if (!int.TryParse(file.Metadata.GetValueOrDefault(StepKey), CultureInfo.InvariantCulture, out var step)
            || file.Metadata.GetValueOrDefault(ConfigurationKey) is not { } text || file.Metadata.GetValueOrDefault(RunKey) is not { } name)
            throw new UserException($"{path}: a model without \"{RunKey}\", \"{StepKey}\" or \"{ConfigurationKey}\" in its metadata: the "
                + $"file is damaged. Copy it again.");
        var words = $"{path}: its configuration";
        var configuration = RunConfiguration.Parse(text, words, changes).ExpectNetworkOf(RunConfiguration.Parse(text, words), path);
        CheckSize(path, file, configuration);
        var (chosen, reason) = Devices.Choose(device);
        Devices.Configure(configuration.Training.Precision);
        var networks = new NetworkSet(configuration, chosen);
        try
        {
            foreach (var (prefix, network) in Parts(networks))
                StateDict.Load(network, file.Tensors, path, entry => $"{prefix}.{entry}",
                    entry => !entry.StartsWith(prefix + ".", StringComparison.Ordinal));
            return TrainedRun.From(name, configuration, networks, chosen, step,
                [$"device: {chosen} ({reason})", $"model: {path}, step {step} of run {name}, half precision"]);
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
            throw new UserException($"{path}: its configuration is of imported networks, which no model file holds: the file is damaged. "
                + $"Copy it again.");
        var held = file.Tensors.Values.Sum(tensor => tensor.Count);
        var network = configuration.Network;
        // E and V each have a 3x3 convolution of their widest maps to themselves, and no layer that is larger; P makes the canvas,
        // and references have no weights.
        long widest = network.EncoderChannels(configuration.Data.Size).Max();
        if (TalkingHead.Models.Generator.CountWithoutProjection(network, configuration.Data.Size) > held
            || 2 * 9 * widest * widest > held
            || (long)network.CanvasLength * network.Embedding > held)
            throw new UserException($"{path}: its configuration is of networks larger than the {held:N0} numbers that it holds: the file "
                + $"is damaged. Copy it again.");
    }

    static IEnumerable<(string Prefix, nn.Module Network)> Parts(NetworkSet networks) =>
        [("embedder", networks.Embedder), ("generator", networks.Generator), ("discriminator", networks.Discriminator)];
}

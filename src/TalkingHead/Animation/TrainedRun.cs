using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Models.Import;
using TalkingHead.Pretrained;
using TalkingHead.Serialization;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Animation;

/// <summary>
/// What a training left, opened to make heads of: the embedder and the generator (their averages where the run kept
/// them) and, for fine-tuning, the discriminator with w0. Nothing here ever changes the run or the networks it holds.
/// </summary>
public sealed class TrainedRun : IDisposable
{
    const string NetworksFile = "networks.safetensors", AveragesFile = "averages.safetensors", DiscriminatorPrefix = "discriminator";

    readonly PersonNetworks networks;
    readonly NetworkSet? trainable; // what fine-tuning copies from; null for imported networks
    ContentLoss? content;

    internal TrainedRun(string name, int step, RunConfiguration configuration, PersonNetworks networks, NetworkSet? trainable,
        Device device, IReadOnlyList<string> notes) =>
        (Name, Step, Configuration, this.networks, this.trainable, Device, Notes) = (name, step, configuration, networks, trainable,
            device, notes);

    /// <summary>The run's directory name.</summary>
    public string Name { get; }

    /// <summary>Of the checkpoint taken.</summary>
    public int Step { get; }

    /// <summary>The run's own, with the changes asked for.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>Where the networks are.</summary>
    public Device Device { get; }

    /// <summary>What was chosen and why, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>False for imported networks, which can be used feed-forward only.</summary>
    public bool CanFineTune => trainable is not null;

    internal PersonGenerator Generator => networks.Generator;

    internal nn.Module<Tensor, Tensor, Tensor> Embedder => networks.Embedder;

    /// <summary>The content loss of fine-tuning; loaded when it is first asked for.</summary>
    internal ContentLoss Content => content ??= ContentLoss.ForFineTuning(Configuration, Device);

    /// <summary>What <see cref="Content"/> is and why, without loading it.</summary>
    internal string ContentReason => ContentLoss.ChooseForFineTuning(Configuration, PublishedWeights.Has(ResNet18.File)).Reason;

    /// <summary>Opens a run's directory, which may be in training at the same time, or a model file of <see cref="Export"/>.</summary>
    /// <param name="path">The run, or the file.</param>
    /// <param name="device">cpu, cuda, cuda:N or auto.</param>
    /// <param name="checkpoint">newest, best (by validation) or the step of one.</param>
    /// <param name="changes">Changes to the run's configuration, such as <c>fine_tuning.epochs=10</c>.</param>
    /// <exception cref="UserException">No run, no such checkpoint, a damaged one, or no such device.</exception>
    public static TrainedRun Open(string path, string device = "auto", string checkpoint = "newest", IEnumerable<string>? changes = null)
    {
        if (File.Exists(path))
            return ModelFile.Open(path, device, changes);
        string file = Path.Combine(path, "config.yaml"), checkpoints = Path.Combine(path, "checkpoints");
        if (!File.Exists(file) || !Directory.Exists(checkpoints))
            throw new UserException($"{path}: no run: a run's directory holds config.yaml and checkpoints/. talkinghead train makes one.");
        var configuration = RunConfiguration.Load(file, changes).ExpectNetworkOf(RunConfiguration.Load(file), path);
        var (chosen, reason) = Devices.Choose(device);
        Devices.Configure(configuration.Training.Precision);
        var (folder, step, why) = Choose(path, checkpoints, checkpoint);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

        var networks = PersonNetworks.Build(configuration, chosen);
        NetworkSet? trainable = null;
        try
        {
            var averaged = LoadInto(networks, folder);
            if (configuration.Network.Layout == NetworkLayout.Paper)
            {
                trainable = new NetworkSet(configuration, chosen);
                trainable.Embedder.load_state_dict(networks.Embedder.state_dict());
                trainable.Generator.load_state_dict(networks.Generator.state_dict());
                LoadPart(trainable.Discriminator, DiscriminatorPrefix, Path.Combine(folder, NetworksFile));
            }
            return new TrainedRun(name, step, configuration, networks, trainable, chosen,
            [
                $"device: {chosen} ({reason})",
                $"run: {path}, step {step} ({why}){(averaged ? ", averaged weights" : "")}",
            ]);
        }
        catch
        {
            trainable?.Dispose();
            networks.Dispose();
            throw;
        }
    }

    /// <summary>Networks at hand as a run, such as fresh ones to compare with; they become the run's.</summary>
    internal static TrainedRun From(string name, RunConfiguration configuration, NetworkSet trained, Device device, int step = 0,
        IReadOnlyList<string>? notes = null)
    {
        var networks = PersonNetworks.Build(configuration, device);
        networks.Embedder.load_state_dict(trained.Embedder.state_dict());
        networks.Generator.load_state_dict(trained.Generator.state_dict());
        return new TrainedRun(name, step, configuration, networks, trained, device, notes ?? []);
    }

    /// <summary>
    /// ê_NEW (1,N), the mean of E over frames and landmark images (T,3,S,S) in [-1,1] (paper, section 3.3); in the
    /// caller's dispose scope.
    /// </summary>
    public Tensor Embed(Tensor frames, Tensor landmarks)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long count = frames.shape[0], part = Configuration.FineTuning.Batch;
        Tensor? sum = null;
        for (long start = 0; start < count; start += part)
        {
            var length = Math.Min(part, count - start);
            // (1,N)
            var mean = networks.Embedder.call(frames.narrow(0, start, length).unsqueeze(0),
                landmarks.narrow(0, start, length).unsqueeze(0));
            sum = sum is null ? mean.Mul(length) : sum.Add(mean.Mul(length));
        }
        return sum!.Div(count).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// ψ = P ê_NEW (1,A), with references of the frames and landmark images (T,3,S,S) in [-1,1] that ê_NEW is of where the run has
    /// them; in the caller's dispose scope.
    /// </summary>
    public Tensor Project(Tensor embedding, Tensor frames, Tensor landmarks)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Generator.Project(embedding, frames.unsqueeze(0), landmarks.unsqueeze(0)).MoveToOuterDisposeScope();
    }

    /// <summary>Fails now where fine-tuning would fail later; says what content loss it will have.</summary>
    /// <exception cref="UserException">The run is of imported networks, or its content loss lacks weight files.</exception>
    public string ExpectTuning() => trainable is null ? throw ImportedNetworks() : Content.Reason;

    /// <summary>A run with references keeps one of each source frame, so their number is bounded.</summary>
    /// <exception cref="UserException">There are more.</exception>
    internal void ExpectShots(int shots)
    {
        if (Generator.ReferenceLength > 0 && shots > References.Most)
            throw UserException.Usage($"{Name}: keeps one reference per source frame (network.reference_side), {References.Most} at most; "
                + $"got {shots}. Use --shots {References.Most} or fewer.");
    }

    UserException ImportedNetworks() =>
        UserException.Usage($"{Name}: its networks are imported ({SettingValue.Format(Configuration.Network.Layout)}) and can be used, not "
            + $"trained: add --feed-forward.");

    /// <summary>
    /// Writes the networks as one safetensors file of half precision, which <see cref="Open"/> takes in place of the run.
    /// </summary>
    /// <exception cref="UserException">The run is of imported networks, or the file cannot be written.</exception>
    public void Export(string path) => ModelFile.Save(this, trainable
        ?? throw UserException.Usage(
            $"{Name}: its networks are imported ({SettingValue.Format(Configuration.Network.Layout)}); keep the file that they "
            + $"came from."), path);

    /// <summary>
    /// Writes the generator as an ONNX file that takes ψ as an input, and beside it, as <c>*.embedder.onnx</c>, the embedder with P.
    /// </summary>
    /// <param name="path">The generator's file.</param>
    /// <param name="half">Convolutions in float16; norms stay float32.</param>
    /// <returns>Both files.</returns>
    /// <exception cref="UserException">A file cannot be written.</exception>
    public IReadOnlyList<string> ExportOnnx(string path, bool half = false)
    {
        OnnxRunFiles.Save(this, path, half);
        return [path, OnnxRunFiles.EmbedderPath(path)];
    }

    /// <summary>Networks of one's own with the run's weights.</summary>
    /// <exception cref="UserException">The run is of imported networks.</exception>
    internal NetworkSet Copy()
    {
        if (trainable is null)
            throw ImportedNetworks();
        var copy = new NetworkSet(Configuration, Device);
        copy.Embedder.load_state_dict(trainable.Embedder.state_dict());
        copy.Generator.load_state_dict(trainable.Generator.state_dict());
        copy.Discriminator.load_state_dict(trainable.Discriminator.state_dict());
        return copy;
    }

    static (string Folder, int Step, string Why) Choose(string path, string checkpoints, string wanted)
    {
        var steps = Checkpoint.Steps(checkpoints);
        if (steps.Count == 0)
            throw new UserException($"{path}: holds no checkpoint yet; train it first, or wait for its first one.");
        if (wanted == "newest")
            return Newest(path, checkpoints, steps);
        int? step = wanted == "best"
            ? steps.Where(each => Checkpoint.Peek(Checkpoint.Folder(checkpoints, each)) is not null)
                .OrderByDescending(each => Checkpoint.Peek(Checkpoint.Folder(checkpoints, each))).ThenByDescending(each => each)
                .Select(each => (int?)each).FirstOrDefault()
                ?? throw new UserException($"{path}: none of its checkpoints was validated, so none is the best; take --checkpoint newest.")
            : int.TryParse(wanted, out var number) && steps.Contains(number) ? number
            : throw UserException.Usage($"--checkpoint {wanted}: expected newest, best, or one of the steps {string.Join(", ", steps)}.");
        var folder = Checkpoint.Folder(checkpoints, step.Value);
        Checkpoint.Read(folder);
        return (folder, step.Value, wanted == "best" ? $"best in validation of {steps.Count} checkpoints" : "as asked");
    }

    static (string, int, string) Newest(string path, string checkpoints, IReadOnlyList<int> steps)
    {
        var damages = "";
        foreach (var step in steps.Reverse())
        {
            var folder = Checkpoint.Folder(checkpoints, step);
            try
            {
                Checkpoint.Read(folder);
                return (folder, step, damages == "" ? "the newest checkpoint" : $"the newest whole checkpoint; {damages.Trim()}");
            }
            catch (UserException damage)
            {
                damages = $"{damages} {damage.Message}";
            }
        }
        throw new UserException($"{path}: none of its checkpoints is whole:{damages}");
    }

    // True where the averages were there to take.
    static bool LoadInto(PersonNetworks networks, string folder)
    {
        var averages = Path.Combine(folder, AveragesFile);
        if (!File.Exists(averages))
        {
            networks.Load(folder);
            return false;
        }
        LoadPart(networks.Embedder, "embedder", averages);
        LoadPart(networks.Generator, "generator", averages);
        return true;
    }

    static void LoadPart(nn.Module network, string prefix, string path)
    {
        using var file = SafeTensorsFile.Open(path);
        StateDict.Load(network, file.Tensors, path, name => $"{prefix}.{name}",
            name => !name.StartsWith(prefix + ".", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        content?.Dispose();
        trainable?.Dispose();
        networks.Dispose();
    }
}

/// <summary>The generator of a head: without P, and without spectral norm, whose division is done once for all.</summary>
static class GeneratorFactory
{
    /// <summary>One with weights that are yet to be loaded, in evaluation mode.</summary>
    public static PersonGenerator Build(RunConfiguration configuration, Device device) =>
        Empty<PersonGenerator>(() => configuration.Network.Layout == NetworkLayout.Paper
        ? new Generator(configuration.Network, configuration.Data.Size, SpectralMode.Off, projects: false)
        // its spectral norm is fixed in use, and P is part of it
        : new ReproductionGenerator(ReproductionLayout.For(configuration.Network.Layout)), device);

    /// <summary>
    /// What is built, in evaluation mode. Its fresh weights draw numbers and are replaced: whoever draws after gets the same
    /// as before.
    /// </summary>
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
    public static PersonGenerator Create(PersonGenerator source, RunConfiguration configuration, Device device)
    {
        using var scope = NewDisposeScope();
        var generator = Build(configuration, device);
        generator.load_state_dict(SpectralNorm.Fold(source).Where(entry => !Generator.IsProjection(entry.Key)).ToDictionary());
        return generator;
    }
}

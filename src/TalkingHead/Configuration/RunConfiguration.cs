namespace TalkingHead.Configuration;

/// <summary>
/// Everything that decides a training, from one YAML file: sections of typed keys, each with its default and its
/// sentence in one place. Reading is strict; see <see cref="ConfigurationReader"/>.
/// </summary>
public sealed record RunConfiguration
{
    /// <summary>The pictures.</summary>
    public DataSettings Data { get; init; } = new();
    /// <summary>How landmarks are drawn.</summary>
    public LandmarkSettings Landmarks { get; init; } = new();
    /// <summary>The three networks.</summary>
    public NetworkSettings Network { get; init; } = new();
    /// <summary>Which layers have spectral norm.</summary>
    public SpectralNormSettings SpectralNorm { get; init; } = new();
    /// <summary>The episodes of meta-learning.</summary>
    public EpisodeSettings Episodes { get; init; } = new();
    /// <summary>The losses and their weights.</summary>
    public ObjectiveSettings Objective { get; init; } = new();
    /// <summary>The optimisers.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();
    /// <summary>The course of the training.</summary>
    public TrainingSettings Training { get; init; } = new();
    /// <summary>Fine-tuning to a new person.</summary>
    public FineTuningSettings FineTuning { get; init; } = new();

    /// <summary>Reads a configuration file and the user's <c>section.key=value</c> changes to it.</summary>
    /// <exception cref="UserException">Everything wrong with the file and the changes, a line each.</exception>
    public static RunConfiguration Load(string path, IEnumerable<string>? changes = null)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Usage($"{path}: the configuration cannot be read ({e.Message.TrimEnd('.')}). The ready-made ones are in "
                + $"configs/.");
        }
        return Parse(text, path, changes);
    }

    /// <summary>As <see cref="Load"/>, from text; <paramref name="source"/> names it in errors.</summary>
    /// <exception cref="UserException">Everything wrong with the text and the changes, a line each.</exception>
    public static RunConfiguration Parse(string text, string source, IEnumerable<string>? changes = null)
    {
        var reader = new ConfigurationReader(source);
        reader.ReadYaml(text);
        foreach (var change in changes ?? [])
            reader.ReadChange(change);
        var configuration = reader.Bind();
        configuration = configuration with { Objective = configuration.Objective.Resolved() };
        reader.Errors.AddRange(configuration.Mistakes().Select(mistake => $"{source}: {mistake}"));
        reader.ThrowIfWrong();
        return configuration;
    }

    /// <summary>This, the changed configuration of a trained run, if it has the networks that were trained.</summary>
    /// <exception cref="UserException">A change is to <c>network.*</c>.</exception>
    internal RunConfiguration ExpectNetworkOf(RunConfiguration trained, string path) => Network == trained.Network ? this
        : throw UserException.Usage($"{path}: --set changes network.*, which is fixed once a run is trained. Remove that --set.");

    /// <summary>The whole configuration with every default filled in; reads back to an equal record.</summary>
    public string ToYaml() => ConfigurationWriter.Write(this);

    // What no single key can know.
    IEnumerable<string> Mistakes()
    {
        if (Network.EncoderSide >= Data.Size)
            yield return $"network.encoder_side is {Network.EncoderSide}; expected less than data.size, {Data.Size}.";
        if (Network.BottleneckSide >= Data.Size)
            yield return $"network.bottleneck_side is {Network.BottleneckSide}; expected less than data.size, {Data.Size}.";
        if (Network.MaxChannels < Network.BaseChannels)
            yield return $"network.max_channels is {Network.MaxChannels}; expected at least network.base_channels, {Network.BaseChannels}.";
        if (Network.CanvasSide is var side and not 0 && (side <= Network.BottleneckSide || side > Data.Size || !int.IsPow2(side)))
            yield return $"network.canvas_side is {side}; expected 0, or a power of two above network.bottleneck_side, "
                + $"{Network.BottleneckSide}, and not above data.size, {Data.Size}.";
        if (Objective.EyeWeight + Objective.MouthWeight > 0 && Landmarks.Style != LandmarkStyle.Paper)
            yield return "objective.eye_weight and mouth_weight find eyes and mouth in landmark images of landmarks.style paper only.";
        if (Network.ReferenceSide > 0 && (Landmarks.Style, Network.Layout) != (LandmarkStyle.Paper, NetworkLayout.Paper))
            yield return $"network.reference_side is {Network.ReferenceSide}; it needs landmarks.style paper and network.layout paper, "
                + $"found {SettingValue.Format(Landmarks.Style)} and {SettingValue.Format(Network.Layout)}.";
        if (Network.ReferenceSide > 2 * Data.Size)
            yield return $"network.reference_side is {Network.ReferenceSide}; expected at most twice data.size, {2 * Data.Size}.";
        if (Episodes.HideReferencesEvery == 1)
            yield return "episodes.hide_references_every is 1: references would never show; expected 0, or at least 2.";
        if (Landmarks is { Pupils: true, Style: not LandmarkStyle.Paper })
            yield return "landmarks.pupils is true; only landmarks.style paper draws pupils.";
        if ((Objective.Content is ContentKind.Pyramid or ContentKind.Resnet18
            || FineTuning.Content is ContentKind.Pyramid or ContentKind.Resnet18) && Data.Size >> (Objective.PyramidLevels - 1) < 1)
            yield return $"objective.pyramid_levels is {Objective.PyramidLevels}; a {Data.Size} pixel picture cannot be halved so often.";
    }
}

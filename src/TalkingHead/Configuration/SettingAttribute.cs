namespace TalkingHead.Configuration;

/// <summary>Marks one key of the configuration file: the sentence that explains it and the range it must lie in.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string sentence) : Attribute
{
    /// <summary>What the key means; printed beside it in every resolved configuration.</summary>
    public string Sentence { get; } = sentence;

    /// <summary>Smallest allowed number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest allowed number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>The number must be a power of two.</summary>
    public bool PowerOfTwo { get; init; }
}

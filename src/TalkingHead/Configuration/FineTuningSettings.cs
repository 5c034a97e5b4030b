namespace TalkingHead.Configuration;

/// <summary>Fine-tuning to a new person; what is not here is as in meta-learning.</summary>
public sealed record FineTuningSettings
{
    [Setting("Epochs over the person's frames: the most with a stopping rule, all without.", Min = 1, Max = 100_000)]
    public int Epochs { get; init; } = 40;

    [Setting("Frames in a step.", Min = 1, Max = 1024)]
    public int Batch { get; init; } = 8;

    [Setting("Learning rate of the generator and the person's scales and shifts; without it optimizer.generator_rate.", Min = 0, Max = 1)]
    public double? GeneratorRate { get; init; }

    [Setting("Learning rate of the discriminator and the person's vector; without it optimizer.discriminator_rate.", Min = 0, Max = 1)]
    public double? DiscriminatorRate { get; init; }

    [Setting("Decay, step by step, of the averaged person that is kept; 0 for the last step's own.", Min = 0, Max = 0.999999)]
    public double Averaging { get; init; }
}

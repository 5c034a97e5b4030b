#pragma warning disable CS1591 // the sentence of each [Setting] is its documentation
namespace TalkingHead.Configuration;

/// <summary>Numbers that networks compute with; norms, losses and optimisers stay in float32 in all of them.</summary>
public enum Precision
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>float32 with matrix products and convolutions rounded to TF32, on CUDA.</summary>
    Tf32,

    /// <summary>Convolutions and linear layers in bfloat16.</summary>
    Bf16,
}

/// <summary>The optimisers of both players.</summary>
public sealed record OptimizerSettings
{
    [Setting("Learning rate of the embedder and the generator.", Min = 0, Max = 1)]
    public double GeneratorRate { get; init; } = 5e-5;

    [Setting("Learning rate of the discriminator and of the rows of W.", Min = 0, Max = 1)]
    public double DiscriminatorRate { get; init; } = 2e-4;

    [Setting("Adam's beta1.", Min = 0, Max = 0.999999)]
    public double Beta1 { get; init; }

    [Setting("Adam's beta2.", Min = 0, Max = 0.999999)]
    public double Beta2 { get; init; } = 0.999;

    [Setting("Adam's epsilon.", Min = 1e-16, Max = 1)]
    public double Epsilon { get; init; } = 1e-5;

    [Setting("Muon's learning rate for the convolutions of embedder and generator and for P; 0 trains them with Adam, as the paper does.",
        Min = 0, Max = 1)]
    public double MuonRate { get; init; }

    [Setting("Muon's momentum.", Min = 0, Max = 0.999999)]
    public double MuonMomentum { get; init; } = 0.9;

    [Setting("Discriminator steps per step of the embedder and the generator.", Min = 1, Max = 16)]
    public int DiscriminatorSteps { get; init; } = 2;

    [Setting("Parts that a batch is split into (gradient accumulation); more parts need less memory and give the same step.", Min = 1,
        Max = 4096)]
    public int Accumulation { get; init; } = 1;

    [Setting("On a CPU, computes the parts of accumulation in parallel, one thread each: the result then has the same bits with any number "
        + "of threads.")]
    public bool ParallelParts { get; init; }

    [Setting("Maximum gradient norm of a network; 0 for no clipping.", Min = 0)]
    public double ClipNorm { get; init; }

    [Setting("Share of the steps, at the end, over which the learning rates fall linearly to zero; 0 keeps them constant, as the "
        + "paper does.", Min = 0, Max = 1)]
    public double Decay { get; init; }

    /// <summary>What the rates are multiplied with at step <paramref name="step"/> (from 0) of <paramref name="steps"/>.</summary>
    internal double RateFactor(int step, int steps) => Math.Min(1, (steps - step) / (Decay * steps));
}

/// <summary>The course of a training.</summary>
public sealed record TrainingSettings
{
    [Setting("Steps; each updates embedder and generator once.", Min = 1, Max = 1_000_000_000)]
    public int Steps { get; init; } = 100_000;

    [Setting("Episodes per step.", Min = 1, Max = 4096)]
    public int Batch { get; init; } = 8;

    [Setting("Share of the steps, at the start, that train with the content loss only.", Min = 0, Max = 1)]
    public double WarmUp { get; init; }

    [Setting("Decay of the moving average (EMA) of embedder and generator, which is evaluated and exported; 0 for none.", Min = 0,
        Max = 0.999999)]
    public double Averaging { get; init; } = 0.999;

    [Setting("Precision: float32, tf32 (CUDA) or bf16 (convolutions and linear layers; norms, losses and optimisers stay in float32).")]
    public Precision Precision { get; init; } = Precision.Float32;

    [Setting("Seed of the weights, the rows of W and the episodes.", Min = 0, Max = int.MaxValue)]
    public int Seed { get; init; } = 1;

    [Setting("Steps between checkpoints.", Min = 1, Max = 1_000_000_000)]
    public int CheckpointEvery { get; init; } = 1000;

    [Setting("Newest checkpoints to keep; the best one is kept as well.", Min = 1, Max = 1000)]
    public int KeepCheckpoints { get; init; } = 3;

    [Setting("Steps between lines of figures.", Min = 1, Max = 1_000_000_000)]
    public int ReportEvery { get; init; } = 50;

    [Setting("Steps between sample sheets.", Min = 1, Max = 1_000_000_000)]
    public int SampleEvery { get; init; } = 1000;

    [Setting("Steps between validations on held-out identities.", Min = 1, Max = 1_000_000_000)]
    public int ValidateEvery { get; init; } = 5000;

    [Setting("Identities held out for validation.", Min = 0, Max = 100_000)]
    public int ValidationIdentities { get; init; } = 20;
}

/// <summary>Fine-tuning to a new person; what is not here is as in meta-learning.</summary>
public sealed record FineTuningSettings
{
    [Setting("Epochs over the person's frames; the maximum if a stopping rule applies.", Min = 1, Max = 100_000)]
    public int Epochs { get; init; } = 40;

    [Setting("Frames per step.", Min = 1, Max = 1024)]
    public int Batch { get; init; } = 8;

    [Setting("Share of the epochs, at the start, that learn with the content loss only.", Min = 0, Max = 1)]
    public double WarmUp { get; init; }

    [Setting("What the content loss compares, with the weights under objective: vgg, pyramid, random-vgg or resnet18. "
        + "objective.content if not set. Where it is resnet18 and the network's file is missing, the pyramid.")]
    public ContentKind? Content { get; init; }

    [Setting("Learning rate of the generator and the person's psi; optimizer.generator_rate if not set.", Min = 0, Max = 1)]
    public double? GeneratorRate { get; init; }

    [Setting("Muon's learning rate for the generator's convolutions; 0 trains them with Adam.", Min = 0, Max = 1)]
    public double MuonRate { get; init; }

    [Setting("Learning rate of the discriminator and the person's vector; optimizer.discriminator_rate if not set.", Min = 0, Max = 1)]
    public double? DiscriminatorRate { get; init; }

    [Setting("Decay per step of the moving average that becomes the head; 0 to use the last step's weights.", Min = 0, Max = 0.999999)]
    public double Averaging { get; init; }
}

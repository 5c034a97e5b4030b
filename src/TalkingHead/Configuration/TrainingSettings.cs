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

/// <summary>Adam, for both sides of the game.</summary>
public sealed record OptimizerSettings
{
    [Setting("Learning rate of the embedder and the generator.", Min = 0, Max = 1)]
    public double GeneratorRate { get; init; } = 5e-5;

    [Setting("Learning rate of the discriminator and of the rows of W.", Min = 0, Max = 1)]
    public double DiscriminatorRate { get; init; } = 2e-4;

    [Setting("Adam's decay of the gradient's mean.", Min = 0, Max = 0.999999)]
    public double Beta1 { get; init; }

    [Setting("Adam's decay of the gradient's square.", Min = 0, Max = 0.999999)]
    public double Beta2 { get; init; } = 0.999;

    [Setting("Adam's epsilon.", Min = 1e-16, Max = 1)]
    public double Epsilon { get; init; } = 1e-5;

    [Setting("Muon: how far a training's step moves the matrices of embedder and generator, which are their convolutions and P, along the orthogonalised mean of their gradients; 0 leaves them to Adam, as the paper.", Min = 0, Max = 1)]
    public double MuonRate { get; init; }

    [Setting("Muon's decay of the gradient's mean.", Min = 0, Max = 0.999999)]
    public double MuonMomentum { get; init; } = 0.9;

    [Setting("Discriminator steps for each step of the embedder and the generator.", Min = 1, Max = 16)]
    public int DiscriminatorSteps { get; init; } = 2;

    [Setting("Parts that a batch is worked in, one after the other unless parallel_parts; more need less memory and give the same step.", Min = 1, Max = 4096)]
    public int Accumulation { get; init; } = 1;

    [Setting("On a CPU, works the parts of accumulation at the same time, each with one thread: about as fast as threads that share each operator, and the same bits with any number of them.")]
    public bool ParallelParts { get; init; }

    [Setting("Gradients of a network longer than this are scaled to it; 0 for never.", Min = 0)]
    public double ClipNorm { get; init; }

    [Setting("Share of the steps, to the last, over which the learning rates fall in a line to zero; 0 keeps them, as the paper does.", Min = 0, Max = 1)]
    public double Decay { get; init; }

    /// <summary>What the rates are multiplied with at step <paramref name="step"/> (from 0) of <paramref name="steps"/>.</summary>
    internal double RateFactor(int step, int steps) => Math.Min(1, (steps - step) / (Decay * steps));
}

/// <summary>The course of a training.</summary>
public sealed record TrainingSettings
{
    [Setting("Steps, each of one embedder and generator update.", Min = 1, Max = 1_000_000_000)]
    public int Steps { get; init; } = 100_000;

    [Setting("Episodes in a step.", Min = 1, Max = 4096)]
    public int Batch { get; init; } = 8;

    [Setting("Share of the steps, from the start, that train on the content loss alone.", Min = 0, Max = 1)]
    public double WarmUp { get; init; }

    [Setting("Decay of the averaged embedder and generator that are evaluated and exported; 0 for none.", Min = 0, Max = 0.999999)]
    public double Averaging { get; init; } = 0.999;

    [Setting("Numbers to compute with: float32, tf32 (CUDA) or bf16 (convolutions and linear layers; norms, losses and optimisers in float32).")]
    public Precision Precision { get; init; } = Precision.Float32;

    [Setting("Seed of the weights, the rows of W and the episodes.", Min = 0, Max = int.MaxValue)]
    public int Seed { get; init; } = 1;

    [Setting("Steps between checkpoints.", Min = 1, Max = 1_000_000_000)]
    public int CheckpointEvery { get; init; } = 1000;

    [Setting("Checkpoints kept, the newest; the best is kept besides.", Min = 1, Max = 1000)]
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

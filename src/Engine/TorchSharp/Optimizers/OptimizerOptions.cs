namespace TorchSharp.Modules;

/// <summary>What every optimiser's groups can set. Null takes the optimiser's default.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate!.Value);
    }

    /// <summary>Options of another optimiser cannot be loaded.</summary>
    internal static T Same<T>(OptimizerOptions source) where T : OptimizerOptions => source as T
        ?? throw new ArgumentException($"Options of {source.GetType().DeclaringType?.Name ?? "another optimiser"} were given, expected those of {typeof(T).DeclaringType?.Name}.");
}

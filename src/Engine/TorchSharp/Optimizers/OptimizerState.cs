using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimiser remembers about one parameter.</summary>
public abstract class OptimizerState
{
    internal readonly Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    public abstract void Initialize(OptimizerOptions options);

    /// <summary>Copies another state of the same optimiser; its tensors stay the other's.</summary>
    public abstract void LoadStateDict(OptimizerState source);

    public abstract void LoadStateDict(BinaryReader reader);

    public abstract void SaveStateDict(BinaryWriter writer);

    public virtual void to(Device device) { }

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    /// <summary>A state tensor lives as long as the optimiser, whatever scope it is made in.</summary>
    internal static Tensor Keep(Tensor tensor) => tensor.DetachFromDisposeScope();

    internal static Tensor Zeros(Tensor like)
    {
        using var no = no_grad();
        return Keep(like.zeros_like());
    }

    /// <summary>Makes <paramref name="target"/> a copy of <paramref name="source"/>, on the parameter's device; null copies as null.</summary>
    internal void Copy(ref Tensor? target, Tensor? source)
    {
        if (ReferenceEquals(target, source)) return;
        using var no = no_grad();
        if (source is null)
        {
            target?.Dispose();
            target = null;
            return;
        }
        if (!source.shape.AsSpan().SequenceEqual(_parameter.shape))
            throw new ArgumentException($"An optimiser state of size ({string.Join(", ", source.shape)}) was given for a parameter of size ({string.Join(", ", _parameter.shape)}). Load the state of the same network.");
        target ??= Zeros(_parameter);
        target.copy_(source);
    }

    internal static void Move(ref Tensor? tensor, Device device)
    {
        if (tensor is null) return;
        var moved = Keep(tensor.to(device));
        tensor.Dispose();
        tensor = moved;
    }

    internal static bool Close(Tensor? a, Tensor? b) => a is null || b is null ? a is null && b is null : a.allclose(b);

    internal static T Same<T>(OptimizerState source) where T : OptimizerState => source as T
        ?? throw new ArgumentException($"A state of {source.GetType().DeclaringType?.Name} was given, expected one of {typeof(T).DeclaringType?.Name}.");
}

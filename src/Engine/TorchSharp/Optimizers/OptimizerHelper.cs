using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The groups and states of an optimiser.</summary>
public abstract partial class OptimizerHelper : optim.Optimizer
{
    protected OptimizerOptions _defaults = new();

    readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

    public OptimizerHelper() : base(IntPtr.Zero) { }

    /// <summary>The group's parameters are listed once, now: what a module gains later belongs to no group.</summary>
    /// <exception cref="ArgumentException">A parameter belongs to a group already, or the group is empty.</exception>
    public override void add_param_group(ParamGroup param_group)
    {
        param_group.Parameters = [.. param_group.Parameters];
        param_group.Options.LearningRate ??= _defaults.LearningRate;
        param_group.Options.InitialLearningRate = param_group.LearningRate;
        if (!param_group.Parameters.Any())
            throw new ArgumentException("The optimiser got an empty parameter group. Expected at least one parameter: is the network built, and not frozen, before its optimiser?");
        foreach (var parameter in param_group.Parameters)
            if (!states.TryAdd(parameter, NewState(parameter, param_group.Options)))
                throw new ArgumentException($"A parameter of size ({string.Join(", ", parameter.shape)}) appears twice in the optimiser's groups. Expected each parameter once.");
        base.add_param_group(param_group);
    }

    internal abstract OptimizerState NewState(Parameter parameter, OptimizerOptions options);

    internal T StateOf<T>(Parameter parameter) where T : OptimizerState => Unsafe.As<T>(states[parameter]);

    /// <summary>Moves the states, not the parameters.</summary>
    public void to(Device device)
    {
        foreach (var state in states.Values) state.to(device);
    }

    /// <summary>Runs the closure with gradients, then <paramref name="body"/> on each group without; what the body makes is freed.</summary>
    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
            using (enable_grad())
                loss = loss_closure();
        using var no = no_grad();
        foreach (var group in _parameter_groups)
        {
            using var scope = NewDisposeScope();
            body((T)group);
        }
        return loss;
    }

    internal void DisposeStates()
    {
        foreach (var state in states.Values) (state as IDisposable)?.Dispose();
        states.Clear();
    }
}

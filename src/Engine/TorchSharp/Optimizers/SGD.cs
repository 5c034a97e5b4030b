using TorchSharp.Door;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradient descent, with momentum where wanted (Nesterov's: Sutskever et al. 2013).</summary>
public partial class SGD : OptimizerHelper, optim.IMomentum
{
    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize) { }

    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
    {
        _defaults = new Options
        {
            LearningRate = lr,
            momentum = momentum,
            dampening = dampening,
            weight_decay = weight_decay,
            nesterov = nesterov,
            maximize = maximize,
        };
        foreach (var group in parameters) add_param_group(group);
    }

    /// <summary>Of the first group; setting changes all groups.</summary>
    public double Momentum
    {
        get => ((ParamGroup)_parameter_groups[0]).Momentum;
        set
        {
            foreach (var group in _parameter_groups) ((ParamGroup)group).Momentum = value;
        }
    }

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Step, closure);

    void Step(ParamGroup group)
    {
        var options = group.Options;
        var all = group.Parameters.Select(parameter => (parameter, parameter.grad)).Where(pair => pair.grad is not null);
        foreach (var alike in all.GroupBy(pair => (pair.parameter.device_type, pair.parameter.device_index, pair.parameter.dtype)))
        {
            Parameter[] parameters = [.. alike.Select(pair => pair.parameter)];
            Tensor[] gradients = [.. alike.Select(pair => pair.grad!)];
            if (options.maximize == true) gradients = Operators.CallList("aten::_foreach_neg", gradients);
            if (options.weight_decay != 0) gradients = Operators.CallList("aten::_foreach_add.List", gradients, parameters, options.weight_decay);
            if (options.momentum != 0) gradients = WithMomentum(options, parameters, gradients);
            Operators.CallVoid("aten::_foreach_add_.List", parameters, gradients, -options.LearningRate);
        }
    }

    Tensor[] WithMomentum(Options options, Parameter[] parameters, Tensor[] gradients)
    {
        var buffers = new Tensor[parameters.Length];
        for (var k = 0; k < buffers.Length; k++)
        {
            var state = StateOf<State>(parameters[k]);
            if (state.momentum_buffer is { } buffer) buffers[k] = buffer.mul_(options.momentum!.Value).add_(gradients[k], 1 - options.dampening!.Value);
            else buffers[k] = state.momentum_buffer = OptimizerState.Keep(gradients[k].clone());
        }
        return options.nesterov == true ? Operators.CallList("aten::_foreach_add.List", gradients, buffers, options.momentum) : buffers;
    }

    public override void add_param_group(Modules.ParamGroup param_group)
    {
        ((ParamGroup)param_group).Options.Complete((Options)_defaults);
        base.add_param_group(param_group);
    }

    internal override OptimizerState NewState(Parameter parameter, OptimizerOptions options)
    {
        var state = new State(parameter);
        state.Initialize(options);
        return state;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) DisposeStates();
        base.Dispose(disposing);
    }
}

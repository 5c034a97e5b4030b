using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam whose weight decay shrinks the weights and not the gradient (Loshchilov and Hutter 2019).</summary>
public partial class AdamW : OptimizerHelper, optim.IBetas
{
    /// <summary>How the step is computed; every way gives the same numbers to within rounding.</summary>
    internal AdamKernel Kernel { get; set; } = AdamKernel.Foreach;

    public AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize) { }

    public AdamW(IEnumerable<ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        _defaults = new Options
        {
            LearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters) add_param_group(group);
    }

    /// <summary>Of the first group; setting changes all groups.</summary>
    public (double, double) Betas
    {
        get => ((ParamGroup)_parameter_groups[0]).Betas;
        set
        {
            foreach (var group in _parameter_groups) ((ParamGroup)group).Betas = value;
        }
    }

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Step, closure);

    void Step(ParamGroup group)
    {
        var slots = new List<AdamSlot>();
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } grad) continue;
            var state = StateOf<State>(parameter);
            slots.Add(new(parameter, grad, state.exp_avg!, state.exp_avg_sq!, state.max_exp_avg_sq, ++state.step));
        }
        AdamStep.Run(Kernel, group.Options.Rule, slots);
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

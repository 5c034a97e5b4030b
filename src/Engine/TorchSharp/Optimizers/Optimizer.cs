using TorchSharp.Door;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Changes parameters by their gradients, group by group.</summary>
        public abstract partial class Optimizer : IDisposable
        {
            protected IList<ParamGroup> _parameter_groups = [];

            protected Optimizer(IntPtr handle) { }

            public IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

            public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

            public virtual void add_param_group(ParamGroup param_group) => _parameter_groups.Add(param_group);

            /// <summary>Sets every gradient to zero, in place; a parameter without one keeps none.</summary>
            public virtual void zero_grad()
            {
                using var scope = NewDisposeScope();
                using var no = no_grad();
                Tensor[] grads = [.. parameters().Select(parameter => parameter.grad).OfType<Tensor>()];
                if (grads.Length > 0) Operators.CallVoid("aten::_foreach_zero_", grads);
            }

            /// <summary>One step; <paramref name="closure"/>, where given, computes the loss and its gradients first and its result is returned.</summary>
            public virtual Tensor? step(Func<Tensor>? closure = null) => closure?.Invoke();

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing) { }

            /// <summary>
            /// The options of every group and the state of every parameter, which belong to the optimiser, not to the
            /// dictionary. StateIndexRef holds for each group the positions of its parameters' states.
            /// </summary>
            public class StateDictionary
            {
                internal StateDictionary() { }

                public List<OptimizerOptions> Options { get; } = [];
                public List<List<int>> StateIndexRef { get; } = [];
                public List<OptimizerState> State { get; } = [];
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The first rate times a function of the step number; one function for all groups, or one each.</summary>
                public class LambdaLR : LRScheduler
                {
                    readonly List<Func<int, double>> factors;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose) { }

                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        factors = [.. lr_lambdas];
                        if (factors.Count != _base_lrs.Count) throw new ArgumentException($"{factors.Count} functions for {_base_lrs.Count} parameter groups, expected one for each.");
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => _base_lrs.Zip(factors, (first, factor) => first * factor(_last_epoch));
                }
            }
        }
    }
}

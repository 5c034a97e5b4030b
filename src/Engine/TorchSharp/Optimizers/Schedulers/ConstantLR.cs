namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The first rate times a factor for total_iters steps, then the first rate.</summary>
                public class ConstantLR : LRScheduler
                {
                    readonly double factor;
                    readonly int steps;

                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (this.factor, steps) = (factor, total_iters);
                        step();
                    }

                    // From the current rate, so that it chains with other schedulers.
                    protected override IEnumerable<double> get_lr() =>
                        _last_epoch == 0 ? CurrentRates.Select(rate => rate * factor)
                        : _last_epoch == steps ? CurrentRates.Select(rate => rate / factor)
                        : CurrentRates;

                    protected override IEnumerable<double> get_closed_form_lr() => _base_lrs.Select(first => first * (_last_epoch < steps ? factor : 1));
                }
            }
        }
    }
}

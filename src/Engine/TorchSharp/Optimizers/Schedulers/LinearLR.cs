using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>A straight line from start_factor to end_factor times the first rate in total_iters steps: a warm-up.</summary>
                public class LinearLR : LRScheduler
                {
                    readonly double startFactor, endFactor;
                    readonly int steps;

                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        AdamRule.Require(start_factor is > 0 and <= 1, nameof(start_factor), start_factor, "above 0 and at most 1");
                        AdamRule.Require(end_factor is >= 0 and <= 1, nameof(end_factor), end_factor, "from 0 to 1");
                        (startFactor, endFactor, steps) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    // From the current rate, so that it chains with other schedulers.
                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0) return CurrentRates.Select(rate => rate * startFactor);
                        if (_last_epoch > steps) return CurrentRates;
                        var ratio = 1 + (endFactor - startFactor) / (steps * startFactor + (_last_epoch - 1) * (endFactor - startFactor));
                        return CurrentRates.Select(rate => rate * ratio);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(first => first * (startFactor + (endFactor - startFactor) * Math.Min(steps, _last_epoch) / steps));
                }
            }
        }
    }
}

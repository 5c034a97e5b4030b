namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Half a cosine from the first rate down to eta_min in T_max steps, and up again after (Loshchilov and Hutter 2017).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    readonly double period, floor;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (period, floor) = (T_max, eta_min);
                        step();
                    }

                    // From the current rate, so that it chains with other schedulers.
                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0) return CurrentRates;
                        if ((_last_epoch - 1 - period) % (2 * period) == 0)
                            return CurrentRates.Zip(_base_lrs, (rate, first) => rate + (first - floor) * (1 - Math.Cos(Math.PI / period)) / 2);
                        var ratio = (1 + Math.Cos(Math.PI * _last_epoch / period)) / (1 + Math.Cos(Math.PI * (_last_epoch - 1) / period));
                        return CurrentRates.Select(rate => ratio * (rate - floor) + floor);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(first => floor + (first - floor) * (1 + Math.Cos(Math.PI * _last_epoch / period)) / 2);
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>
            /// Sets the learning rate of every group, once when made and then at every step. The first rate is the one the
            /// group had when its optimiser was made.
            /// </summary>
            public abstract class LRScheduler
            {
                internal readonly Optimizer? _optimizer;
                internal readonly List<double> _base_lrs = [], _last_lrs = [];
                internal int _last_epoch = -1;
                protected int _step_count;
                readonly bool verbose;

                protected LRScheduler() { }

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    (_optimizer, _last_epoch, this.verbose) = (optimizer, last_epoch, verbose);
                    foreach (var group in optimizer.ParamGroups)
                    {
                        if (last_epoch == -1) group.InitialLearningRate = group.LearningRate;
                        _base_lrs.Add(group.InitialLearningRate);
                        _last_lrs.Add(group.LearningRate);
                    }
                }

                public virtual void step() => step(null);

                /// <summary>One step; an <paramref name="epoch"/> jumps there, by the closed form where the rule has one.</summary>
                public virtual void step(int? epoch)
                {
                    _step_count++;
                    _last_epoch = epoch ?? _last_epoch + 1;
                    Set((epoch is null ? get_lr() : get_closed_form_lr()).ToList());
                }

                /// <summary>One step of a rule that watches a measure; the others ignore it.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                public IEnumerable<double> get_last_lr() => _last_lrs;

                protected virtual IEnumerable<double> get_lr() => CurrentRates;

                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                internal IEnumerable<double> CurrentRates => _optimizer!.ParamGroups.Select(group => group.LearningRate);

                internal void Set(List<double> rates)
                {
                    foreach (var (group, rate, k) in _optimizer!.ParamGroups.Zip(rates, Enumerable.Range(0, rates.Count)))
                    {
                        group.LearningRate = rate;
                        if (verbose && _last_lrs[k] != rate) Console.WriteLine($"Learning rate of group {k}: {rate}");
                        _last_lrs[k] = rate;
                    }
                }
            }
        }
    }
}

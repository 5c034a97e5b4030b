using static TorchSharp.torch;

namespace TorchSharp.Modules;

public partial class AdamW
{
    /// <summary>Steps taken, and the running means of the gradient and of its square.</summary>
    public sealed class State : OptimizerState, IDisposable
    {
        public long step;
        public Tensor? exp_avg, exp_avg_sq;

        /// <summary>The largest mean square so far; only with amsgrad.</summary>
        public Tensor? max_exp_avg_sq;

        public State(Parameter parameter) : base(parameter) { }

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            exp_avg = Zeros(_parameter);
            exp_avg_sq = Zeros(_parameter);
            if (((Options)options).amsgrad == true) max_exp_avg_sq = Zeros(_parameter);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var same = Same<State>(source);
            step = same.step;
            Copy(ref exp_avg, same.exp_avg);
            Copy(ref exp_avg_sq, same.exp_avg_sq);
            Copy(ref max_exp_avg_sq, same.max_exp_avg_sq);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            StateFile.Read(reader, exp_avg!);
            StateFile.Read(reader, exp_avg_sq!);
            StateFile.ReadOptional(reader, ref max_exp_avg_sq, _parameter);
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            StateFile.Write(writer, exp_avg!);
            StateFile.Write(writer, exp_avg_sq!);
            StateFile.WriteOptional(writer, max_exp_avg_sq);
        }

        public override void to(Device device)
        {
            Move(ref exp_avg, device);
            Move(ref exp_avg_sq, device);
            Move(ref max_exp_avg_sq, device);
        }

        public override bool ApproximatelyEquals(OptimizerState other) => other is State same && step == same.step
            && Close(exp_avg, same.exp_avg) && Close(exp_avg_sq, same.exp_avg_sq) && Close(max_exp_avg_sq, same.max_exp_avg_sq);

        public void Dispose()
        {
            exp_avg?.Dispose();
            exp_avg_sq?.Dispose();
            max_exp_avg_sq?.Dispose();
        }
    }
}

using static TorchSharp.torch;

namespace TorchSharp.Modules;

public partial class SGD
{
    public sealed class State : OptimizerState, IDisposable
    {
        /// <summary>The running sum of gradients; null before the first step, and without momentum.</summary>
        public Tensor? momentum_buffer;

        public State(Parameter parameter) : base(parameter) { }

        public override void Initialize(OptimizerOptions options) => Dispose();

        public override void LoadStateDict(OptimizerState source) => Copy(ref momentum_buffer, Same<State>(source).momentum_buffer);

        public override void LoadStateDict(BinaryReader reader) => StateFile.ReadOptional(reader, ref momentum_buffer, _parameter);

        public override void SaveStateDict(BinaryWriter writer) => StateFile.WriteOptional(writer, momentum_buffer);

        public override void to(Device device) => Move(ref momentum_buffer, device);

        public override bool ApproximatelyEquals(OptimizerState other) => other is State same && Close(momentum_buffer, same.momentum_buffer);

        public void Dispose()
        {
            momentum_buffer?.Dispose();
            momentum_buffer = null;
        }
    }
}

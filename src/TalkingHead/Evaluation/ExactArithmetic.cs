using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>No TF32 while this lives: figures measured on different GPUs agree.</summary>
sealed class ExactArithmetic : IDisposable
{
    readonly bool products = backends.cuda.matmul.allow_tf32, convolutions = backends.cudnn.allow_tf32;

    public ExactArithmetic() => Set(false, false);

    public void Dispose() => Set(products, convolutions);

    static void Set(bool products, bool convolutions) =>
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (products, convolutions);
}

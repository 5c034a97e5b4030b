namespace TorchSharp.Utils.tensorboard.Enums;

/// <summary>How wide the bins of a histogram are. All but Tensorflow are NumPy's estimators of the same names.</summary>
public enum HistogramBinSelector
{
    Doane = 0,
    Rice = 1,
    Scott = 2,
    Sqrt = 3,
    Stone = 4,
    Sturges = 5,

    /// <summary>Fixed edges that grow by a tenth from 1e-12 to 1e20, on both sides of zero.</summary>
    Tensorflow = 6,
}

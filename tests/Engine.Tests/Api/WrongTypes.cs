using static TorchSharp.torch;

namespace Engine.Tests.Api;

#pragma warning disable CS0649, CS0169 // what these types hold is looked at, never used

public static class RightFunctional
{
    public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => throw new InvalidOperationException();
}

public static class ChangedDefault
{
    public static Tensor leaky_relu(Tensor input, double negative_slope = 0.02, bool inplace = false) => throw new InvalidOperationException();
}

public static class RenamedParameter
{
    public static Tensor leaky_relu(Tensor input, double slope = 0.01, bool inplace = false) => throw new InvalidOperationException();
}

public static class OtherResult
{
    public static void leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => throw new InvalidOperationException();
}

public static class OtherParameterType
{
    public static Tensor leaky_relu(Tensor input, float negative_slope = 0.01f, bool inplace = false) => throw new InvalidOperationException();
}

public static class NoDefault
{
    public static Tensor leaky_relu(Tensor input, double negative_slope, bool inplace = false) => throw new InvalidOperationException();
}

public sealed class NotStatic
{
    NotStatic() { }
    public Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => throw new InvalidOperationException();
}

public static class ExtraMember
{
    public static Tensor LeakyRelu(Tensor x) => throw new InvalidOperationException();
}

public abstract class ExtraProtectedMember
{
    ExtraProtectedMember() { }
    protected static Tensor relu(Tensor x, bool inplace = false) => throw new InvalidOperationException();
}

public static class ExtraField
{
    public static double slope;
}

public sealed class ExtraConstructor
{
    public ExtraConstructor(int size) => throw new ArgumentException($"{size}");
}

public enum WrongReduction { None = 0, Mean = 1, Sum = 3 }

public struct ReductionAsStruct;

public sealed class ScalarWithOtherBase : IDisposable, ICloneable
{
    ScalarWithOtherBase() { }
    void IDisposable.Dispose() { }
    object ICloneable.Clone() => this;
}

public sealed class ScalarWithoutBases
{
    ScalarWithoutBases() { }
}

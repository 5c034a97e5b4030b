namespace TorchSharp;

/// <summary>Padding of a convolution by name: none, or as much as keeps the size (stride 1).</summary>
public enum Padding { Valid = 0, Same = 1 }

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What a loss makes of its elements. The numbers are libtorch's.</summary>
        public enum Reduction { None = 0, Mean = 1, Sum = 2 }
    }
}

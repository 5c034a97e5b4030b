namespace TalkingHead.Datasets.Synthetic;

/// <summary>A rendered picture and its exact landmarks.</summary>
/// <param name="Size">Width and height in pixels.</param>
/// <param name="Rgb">Size x Size x 3 bytes, rows from the top, sRGB.</param>
/// <param name="Landmarks">68 x 2 floats, x and y in pixels (pixel centres at whole numbers), in iBUG order. Points 0 to 16
/// are fixed points of the jaw's edge on the mesh, not the outline, so on a turned head the far ones lie behind the cheek.</param>
public sealed record SyntheticFrame(int Size, byte[] Rgb, float[] Landmarks);

#pragma warning disable CA1822 // a forgery has no state
namespace Engine.Tests.Skia.Forged
{
    namespace Renamed
    {
        sealed class SKData
        {
            public byte[] ToBytes() => [];
        }
    }

    namespace Parameters
    {
        sealed class SKData
        {
            public byte[] ToArray() => [];

            public void SaveTo(Stream output) => output.Flush();
        }
    }

    namespace Defaults
    {
        sealed class SKFont;

        sealed class SKPath
        {
            public SKFont? ToFont(float size, float scaleX = 2) => size > scaleX ? new SKFont() : null;
        }
    }

    namespace Results
    {
        sealed class SKData
        {
            public int Size => 1;
        }
    }

    namespace Protection
    {
        class SKData
        {
            protected void SaveTo(Stream target) => target.Flush();
        }
    }

    namespace Values
    {
        enum SKFilterMode
        {
            Nearest = 0,
            Linear = 2,
        }
    }

    namespace Obsolete
    {
        sealed class SKPath
        {
            public void MoveTo(float x, float y) => ArgumentOutOfRangeException.ThrowIfGreaterThan(x, y);
        }
    }

    namespace Kinds
    {
        sealed class SKPoint;
    }
}

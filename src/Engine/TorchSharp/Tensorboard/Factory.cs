using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public static partial class utils
    {
        public static partial class tensorboard
        {
            /// <summary>A writer of TensorBoard's event files in <paramref name="log_dir"/>.</summary>
            /// <param name="log_dir">"runs" with a folder of its own where left out.</param>
            /// <param name="filename_suffix">Put behind the file's name.</param>
            /// <param name="createRunName">Whether <paramref name="log_dir"/> gets a folder named after time and machine.</param>
            public static Modules.SummaryWriter SummaryWriter(string? log_dir = null, string? filename_suffix = null, bool createRunName = false)
            {
                var directory = string.IsNullOrEmpty(log_dir) ? Path.Combine("runs", RunName)
                    : createRunName ? Path.Combine(log_dir, RunName)
                    : log_dir;
                return new(directory, filename_suffix ?? "");
            }

            static string RunName => $"{DateTime.Now.ToString("MMMdd_HH-mm-ss", CultureInfo.InvariantCulture)}_{Environment.MachineName}";
        }
    }
}

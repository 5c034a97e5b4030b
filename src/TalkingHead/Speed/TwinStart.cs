using TalkingHead.Configuration;
using TalkingHead.Formats;
using TalkingHead.Networks;
using TalkingHead.Objectives;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Speed;

/// <summary>What a first step starts from, as files that Python reads: the resolved configuration, every weight, the batch.</summary>
static class TwinStart
{
    public static void Save(string folder, RunConfiguration configuration, NetworkSet networks, VideoEmbeddings embeddings, ContentLoss content, EpisodeBatch batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.yaml"), configuration.ToYaml());
        var tensors = new Dictionary<string, Tensor>
        {
            ["batch.source"] = batch.Source,
            ["batch.source_landmarks"] = batch.SourceLandmarks,
            ["batch.target"] = batch.Target,
            ["batch.target_landmarks"] = batch.TargetLandmarks,
            ["batch.rows"] = tensor(batch.Clips.Select(clip => (long)embeddings.Clips.ToList().IndexOf(clip)).ToArray()),
            ["rows.weight"] = stack(embeddings.Clips.Select(clip => tensor(embeddings.Row(clip)))),
        };
        if (embeddings.Spectrum is { } spectrum)
            tensors["rows.v"] = spectrum.Direction.to(ScalarType.Float32);
        foreach (var (prefix, network) in new (string, nn.Module)[] { ("embedder", networks.Embedder), ("generator", networks.Generator), ("discriminator", networks.Discriminator) }
            .Concat(content.Networks.Select(entry => (entry.Term, (nn.Module)entry.Network))))
            foreach (var (name, value) in network.state_dict())
                tensors[$"{prefix}.{name}"] = value;
        SafeTensors.Save(Path.Combine(folder, "start.safetensors"), tensors.ToDictionary(pair => pair.Key, pair => pair.Value.cpu().contiguous()));
    }
}

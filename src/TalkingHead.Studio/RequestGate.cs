using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TalkingHead.Studio;

/// <summary>
/// Who may come in: requests to this machine by its own name (against DNS rebinding), from the studio's own page, that know the
/// token in the address.
/// </summary>
sealed class RequestGate
{
    readonly byte[] prefix;
    readonly string[] hosts;

    public RequestGate(int port)
    {
        Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        prefix = Encoding.ASCII.GetBytes($"/{Token}");
        hosts = [$"127.0.0.1:{port}", $"localhost:{port}"];
        Address = new($"http://{hosts[0]}/{Token}/");
    }

    public string Token { get; }

    /// <summary>What the browser opens.</summary>
    public Uri Address { get; }

    /// <summary>Lets a request in, its path without the token from here on; or says why not.</summary>
    public void Check(HttpRequest request)
    {
        if (request.HttpContext.Connection.RemoteIpAddress is not { } remote || !IPAddress.IsLoopback(remote)
            || !hosts.Contains(request.Host.Value, StringComparer.OrdinalIgnoreCase) || !IsOwn(request.Headers.Origin)
            || request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin") || !KnowsToken(request))
            throw new RefusedException(403, "Open the studio by the whole address that it printed when it started.");
    }

    // Browsers name the origin of whatever could change something; a page of another one learns nothing and does nothing here.
    bool IsOwn(string? origin) => origin is null or "" || Array.Exists(hosts,
        host => string.Equals(origin, $"http://{host}", StringComparison.OrdinalIgnoreCase));

    bool KnowsToken(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        var end = path.IndexOf('/', Math.Min(1, path.Length));
        var first = Encoding.UTF8.GetBytes(end < 0 ? path : path[..end]);
        if (end < 0 || !CryptographicOperations.FixedTimeEquals(first, prefix))
            return false;
        (request.PathBase, request.Path) = ($"/{Token}", path[end..]);
        return true;
    }

    /// <summary>What every answer says: nothing from elsewhere is loaded, nothing is kept, no other page may show it.</summary>
    public void Guard(HttpResponse response)
    {
        var sockets = string.Join(' ', hosts.Select(host => $"ws://{host}"));
        response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            + $"media-src 'self' blob:; connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Permissions-Policy"] = "camera=(self), microphone=()";
        response.Headers.CacheControl = "no-store";
    }
}

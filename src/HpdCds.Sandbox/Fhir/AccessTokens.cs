using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Fhir;

/// <summary>What a bearer of a token may see: one patient's chart, for one hook instance; and what is to go wrong on the way.</summary>
public sealed record AccessGrant(string PatientId, string? HookInstance = null, ServerFault Fault = ServerFault.Nothing);

/// <summary>The access tokens that the small EHR hands out with a hook request: one patient each, and short-lived.</summary>
public sealed class AccessTokens(TimeProvider time)
{
    // Longer than any token lives, so that a call with one that has expired still appears beside its order.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (AccessGrant Grant, DateTimeOffset Expires)> _issued = new(StringComparer.Ordinal);

    public string Issue(string patientId, TimeSpan lifetime) => Issue(new AccessGrant(patientId), lifetime);

    public string Issue(AccessGrant grant, TimeSpan lifetime)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        Remember(token, grant, lifetime);
        return token;
    }

    /// <summary>A token that was made elsewhere in this EHR.</summary>
    public void Remember(string token, AccessGrant grant, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        foreach (var (old, _) in _issued.Where(pair => pair.Value.Expires + Remembered <= now))
            _issued.TryRemove(old, out _);
        _issued[token] = (grant, now + lifetime);
    }

    /// <summary>It opens nothing any more.</summary>
    public void Forget(string token) => _issued.TryRemove(token, out _);

    /// <summary>The grant behind a token, or null when it was never issued or has expired.</summary>
    public AccessGrant? Find(string token) =>
        _issued.TryGetValue(token, out var issued) && issued.Expires > time.GetUtcNow() ? issued.Grant : null;

    /// <summary>For which hook instance a token was issued, whether or not it still opens anything.</summary>
    public string? HookInstanceOf(string token) => _issued.TryGetValue(token, out var issued) ? issued.Grant.HookInstance : null;

    public static string BearerOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : "";
    }
}

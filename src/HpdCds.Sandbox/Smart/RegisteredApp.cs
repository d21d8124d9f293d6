using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Sandbox.Smart;

/// <summary>The app as it is registered at this EHR: its id, where it is launched, where it gets its answer, and where its keys are.</summary>
public sealed class RegisteredApp(SandboxAddresses addresses, IHttpClientFactory clients, TimeProvider time)
{
    public const string ClientId = "hpd-cds-app";

    public const string HttpName = "app-keys";

    public Uri LaunchUrl => new(addresses.Service, "/smart/launch");

    public Uri RedirectUri => new(addresses.Service, "/smart/callback");

    private Uri Jwks => new(addresses.Service, "/smart/jwks.json");

    /// <summary>Whether a request proves that it is the app's (private_key_jwt).</summary>
    public async Task<bool> ProvesAsync(string? assertion, string tokenAddress, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(assertion))
            return false;
        using var client = clients.CreateClient(HttpName);
        var keys = new JsonWebKeySet(await client.GetStringAsync(Jwks, cancellation));
        var now = time.GetUtcNow().UtcDateTime;
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            ValidIssuer = ClientId,
            ValidAudience = tokenAddress,
            IssuerSigningKeys = keys.Keys,
            TryAllIssuerSigningKeys = false,
            ValidTypes = ["JWT"],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha384],
            LifetimeValidator = (_, until, _, _) => until > now && until < now.AddMinutes(6),
        });
        return result.IsValid && result.ClaimsIdentity.FindFirst("sub")?.Value == ClientId && result.ClaimsIdentity.FindFirst("jti") is not null;
    }

    /// <summary>A file with two new private keys, the first of which signs, as an administrator would make it.</summary>
    public static string MakeKeyFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hpdcds-sandbox-app-{Guid.NewGuid():n}.json");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        using var text = new StreamWriter(file);
        text.Write(new JsonObject { ["keys"] = new JsonArray(MakeKey(), MakeKey()) }.ToJsonString());
        return path;
    }

    private static JsonObject MakeKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        return new JsonObject
        {
            ["kty"] = "EC",
            ["kid"] = Guid.NewGuid().ToString(),
            ["use"] = "sig",
            ["alg"] = "ES384",
            ["crv"] = "P-384",
            ["x"] = Base64Url.EncodeToString(parameters.Q.X),
            ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
            ["d"] = Base64Url.EncodeToString(parameters.D),
        };
    }
}

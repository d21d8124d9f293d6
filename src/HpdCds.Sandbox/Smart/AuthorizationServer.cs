using System.Collections.Concurrent;
using System.Net.Mime;
using System.Security.Claims;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Orders;
using Microsoft.AspNetCore;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace HpdCds.Sandbox.Smart;

/// <summary>
/// The sign-in of the small EHR: SMART App Launch 2.2 for one app. Whoever sits here is signed in as the one clinician, so that a card's
/// link opens in one click; everything else is as in life: S256, a proof by the app's own key, a code that works once.
/// </summary>
public static class AuthorizationServer
{
    private const string Authorize = "/auth/authorize";
    private const string Token = "/auth/token";
    private const string Keys = "/auth/jwks";
    private const string Revoke = "/auth/revoke";
    private const string Clinician = "Practitioner/sandbox";

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(60);

    private static readonly string[] Told = ["patient", "need_patient_banner", "intent", "appContext"];

    public static void AddSmart(this IServiceCollection services)
    {
        services.AddSingleton<LaunchContexts>().AddSingleton<RegisteredApp>();
        services.AddHttpClient(RegisteredApp.HttpName, client => client.Timeout = TimeSpan.FromSeconds(10));
        services.AddAuthentication();
        services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode().AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().DisableScopeValidation();
            server.SetAuthorizationEndpointUris(Authorize).SetTokenEndpointUris(Token).SetJsonWebKeySetEndpointUris(Keys);
            server.AddEphemeralSigningKey().AddEphemeralEncryptionKey().DisableAccessTokenEncryption().SetAccessTokenLifetime(TokenLife);
            server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();
            // SMART's proof has another type and audience than this library asks for; it is checked below.
            server.RemoveEventHandler(OpenIddictServerHandlers.ValidateClientAssertion.Descriptor);
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(CheckRequest));
            server.AddEventHandler<ExtractTokenRequestContext>(handler => handler.UseInlineHandler(NameApp).SetOrder(int.MaxValue - 100_000));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(CheckProofAsync));
            var used = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            server.AddEventHandler<ProcessAuthenticationContext>(handler => handler
                .UseInlineHandler(context => UseOnce(context, used)).SetOrder(OpenIddictServerHandlers.ValidateAuthorizationCode.Descriptor.Order + 1));
            server.AddEventHandler<ProcessSignInContext>(handler => handler
                .UseInlineHandler(Tell).SetOrder(OpenIddictServerHandlers.AttachCustomSignInParameters.Descriptor.Order - 1));
            server.AddEventHandler<ApplyTokenResponseContext>(handler => handler.UseInlineHandler(Remember).SetOrder(int.MinValue + 100_000));
        });
    }

    public static void MapSmart(this IEndpointRouteBuilder app)
    {
        foreach (var path in SandboxSite.Languages.Select(SandboxSite.FhirPath))
            app.MapGet($"{path}/.well-known/smart-configuration", (HttpRequest request) => Results.Text(Configuration(request).ToJsonString(), MediaTypeNames.Application.Json));
        app.MapMethods(Authorize, [HttpMethods.Get, HttpMethods.Post], SignIn);
        app.MapPost(Revoke, RevokeAsync);
        app.MapGet("/orders/{id}/cards/{place:int}/launch/{link:int}", Launch);
    }

    private static JsonObject Configuration(HttpRequest request)
    {
        var here = Here(request);
        return new()
        {
            ["issuer"] = here + "/",
            ["jwks_uri"] = here + Keys,
            ["authorization_endpoint"] = here + Authorize,
            ["token_endpoint"] = here + Token,
            ["revocation_endpoint"] = here + Revoke,
            ["token_endpoint_auth_methods_supported"] = new JsonArray("private_key_jwt"),
            ["token_endpoint_auth_signing_alg_values_supported"] = new JsonArray("RS384", "ES384"),
            ["grant_types_supported"] = new JsonArray("authorization_code"),
            ["response_types_supported"] = new JsonArray("code"),
            ["scopes_supported"] = new JsonArray("launch", "openid", "fhirUser", "patient/*.rs"),
            ["code_challenge_methods_supported"] = new JsonArray("S256"),
            ["authorization_response_iss_parameter_supported"] = true,
            ["capabilities"] = new JsonArray("launch-ehr", "client-confidential-asymmetric", "context-ehr-patient", "context-banner", "sso-openid-connect", "permission-patient", "permission-v2"),
        };
    }

    /// <summary>What a click on a card's link does: tells the app where it is launched from, and keeps for the sign-in what it is about.</summary>
    private static IResult Launch(string id, int place, int link, OrderShelf shelf, LaunchContexts contexts, RegisteredApp app, SandboxAddresses addresses)
    {
        if (shelf.Find(id) is not { PatientId: { } patient } order || Members.Objects(order.Card(place)?.Json["links"]).ElementAtOrDefault(link) is not { } found
            || Members.Text(found["type"]) != "smart" || Members.Text(found["url"]) != app.LaunchUrl.AbsoluteUri)
        {
            return Pages.Answers.NoSuchOrder();
        }

        var launch = contexts.Begin(new LaunchContext(patient, Members.Text(found["appContext"])));
        return Results.Redirect($"{app.LaunchUrl}?iss={Uri.EscapeDataString(addresses.FhirBaseFor(order.Switches.Language))}&launch={launch}");
    }

    private static IResult SignIn(HttpContext http, LaunchContexts contexts)
    {
        var request = http.GetOpenIddictServerRequest()!;
        if (contexts.Take((string?)request["launch"]) is not { } launch)
        {
            return Results.Forbid(
                new(new Dictionary<string, string?>(StringComparer.Ordinal) { [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidRequest }),
                [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
        }

        var identity = new ClaimsIdentity("sandbox", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, "sandbox-clinician").SetClaim("fhirUser", $"{(string?)request["aud"]}/{Clinician}").SetClaim("patient", launch.PatientId)
            .SetClaim("need_patient_banner", launch.NeedsBanner).SetClaim("intent", launch.Intent).SetClaim("appContext", launch.AppContext);
        identity.SetScopes(request.GetScopes());
        identity.SetDestinations(claim => claim.Type == "fhirUser" ? [Destinations.IdentityToken] : claim.Type == "patient" ? [Destinations.AccessToken] : []);
        return Results.SignIn(new ClaimsPrincipal(identity), properties: null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    private static async Task<IResult> RevokeAsync(HttpContext http, RegisteredApp app, AccessTokens tokens)
    {
        var form = await Pages.Answers.FormAsync(http.Request);
        if (form is null || !await app.ProvesAsync(form["client_assertion"], Here(http.Request) + Token, http.RequestAborted))
            return Results.Json(new { error = "invalid_client" }, statusCode: StatusCodes.Status401Unauthorized);
        tokens.Forget(form["token"].ToString());
        return Results.Ok();
    }

    private static ValueTask CheckRequest(ValidateAuthorizationRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!;
        var app = http.HttpContext.RequestServices.GetRequiredService<RegisteredApp>();
        var addresses = http.HttpContext.RequestServices.GetRequiredService<SandboxAddresses>();
        if (context.ClientId != RegisteredApp.ClientId || context.RedirectUri != app.RedirectUri.AbsoluteUri)
            context.Reject(Errors.InvalidClient);
        else if (!SandboxSite.Languages.Any(language => addresses.FhirBaseFor(language) == (string?)context.Request["aud"]))
            context.Reject(Errors.InvalidRequest, "The audience is not this EHR.");
        else if (context.Request.CodeChallengeMethod != CodeChallengeMethods.Sha256)
            context.Reject(Errors.InvalidRequest, "Only S256.");
        return default;
    }

    // An app that proves who it is need not say it as well; this library wants to be told.
    private static ValueTask NameApp(ExtractTokenRequestContext context)
    {
        var handler = new JsonWebTokenHandler();
        if (context.Request is { ClientId: null, ClientAssertion: { } assertion } request && handler.CanReadToken(assertion))
            request.ClientId = handler.ReadJsonWebToken(assertion).Subject;
        return default;
    }

    private static async ValueTask CheckProofAsync(ValidateTokenRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!;
        var app = http.HttpContext.RequestServices.GetRequiredService<RegisteredApp>();
        if (context.Request.ClientAssertionType != ClientAssertionTypes.JwtBearer || !await app.ProvesAsync(context.Request.ClientAssertion, Here(http) + Token, http.HttpContext.RequestAborted))
            context.Reject(Errors.InvalidClient);
    }

    private static ValueTask UseOnce(ProcessAuthenticationContext context, ConcurrentDictionary<string, bool> used)
    {
        if (context is { EndpointType: OpenIddictServerEndpointType.Token, AuthorizationCode: { } code, AuthorizationCodePrincipal: not null } && !used.TryAdd(code, true))
            context.Reject(Errors.InvalidGrant);
        return default;
    }

    private static ValueTask Tell(ProcessSignInContext context)
    {
        if (context is not { EndpointType: OpenIddictServerEndpointType.Token, Principal: { } principal })
            return default;
        foreach (var name in Told)
        {
            if (principal.GetClaim(name) is { } value)
                context.Parameters[name] = name == "need_patient_banner" ? new OpenIddictParameter(bool.Parse(value)) : new OpenIddictParameter(value);
        }

        context.Parameters["scope"] = string.Join(' ', principal.GetScopes());
        return default;
    }

    private static ValueTask Remember(ApplyTokenResponseContext context)
    {
        if (context.Response is { AccessToken: { } token } response && (string?)response["patient"] is { } patient)
        {
            context.Transaction.GetHttpRequest()!.HttpContext.RequestServices.GetRequiredService<AccessTokens>()
                .Remember(token, new AccessGrant(patient), TokenLife);
        }

        return default;
    }

    private static string Here(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using HpdCds.About;
using HpdCds.Hooks;
using HpdCds.Store;
using HpdCds.Trust;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace HpdCds.Reports;

/// <summary>
/// <c>/reports</c> for people, <c>/reports.csv</c> and <c>/reports.json</c> for programs, by <c>quarter</c>. Open
/// to a token of the site's identity provider with the role of the safety staff; where none is configured, not there.
/// </summary>
public sealed class ReportEndpoints(ReportReader reader, SiteSettings settings, TimeProvider clock)
{
    private const string Scheme = "reports";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Add(IServiceCollection services, SiteSettings settings, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<ReportReader>().AddSingleton<ReportEndpoints>();
        if (settings.Reports.Authority is not { } authority)
            return;
        services.AddAuthentication().AddJwtBearer(Scheme, options =>
        {
            (options.Authority, options.Audience) = (authority, settings.Reports.Audience);
            options.RequireHttpsMetadata = !environment.IsDevelopment();
            options.MapInboundClaims = false;
            options.IncludeErrorDetails = false;
            options.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
            options.TokenValidationParameters.RoleClaimType = settings.Reports.RoleClaim;
            options.TokenValidationParameters.ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
        });
    }

    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var endpoints = app.Services.GetRequiredService<ReportEndpoints>();
        if (!endpoints.IsOpen)
            return;
        app.MapGet("/reports", context => endpoints.AnswerAsync(context, "text/html; charset=utf-8", ReportPage.Render)).AllowAnonymous();
        app.MapGet("/reports.csv", context => endpoints.AnswerAsync(context, "text/csv; charset=utf-8", Csv)).AllowAnonymous();
        app.MapGet("/reports.json", context => endpoints.AnswerAsync(context, "application/json; charset=utf-8", report => JsonSerializer.Serialize(report, Json))).AllowAnonymous();
    }

    private bool IsOpen => settings.Reports.Authority is not null;

    private async Task AnswerAsync(HttpContext context, string contentType, Func<Report, string> write)
    {
        // A caller of hooks has no business here, whatever its token: these pages have a scheme of their own.
        var known = await context.AuthenticateAsync(Scheme);
        if (!known.Succeeded)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RefusedException(ErrorReply.Generic(StatusCodes.Status401Unauthorized));
        }

        if (!known.Principal.IsInRole(settings.Reports.Role))
            throw new RefusedException(ErrorReply.Generic(StatusCodes.Status403Forbidden));
        var quarter = QuarterOf(context.Request) ?? Quarter.Of(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
        Report report;
        try
        {
            report = await reader.ReadAsync(quarter, context.RequestAborted);
        }
        catch (StoreAwayException)
        {
            throw new RefusedException(ErrorReply.Generic(StatusCodes.Status503ServiceUnavailable));
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = AboutEndpoints.PagePolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(write(report), context.RequestAborted);
    }

    private static Quarter? QuarterOf(HttpRequest request) => request.Query.TryGetValue("quarter", out var written)
        ? Quarter.Parse(written.ToString()) ?? throw new RefusedException(ErrorReply.BadRequest("quarter", "A quarter such as 2026-Q4 is expected here"))
        : null;

    private static string Csv(Report report)
    {
        var text = new StringBuilder("table,row,column,count,per_100\r\n");
        foreach (var table in report.Tables)
        {
            foreach (var row in table.Rows)
            {
                foreach (var (column, cell, share) in table.Columns.Zip(row.Cells, row.PerHundred.Prepend(null)))
                    text.Append(CultureInfo.InvariantCulture, $"{table.Id},{Field(row.Name)},{Field(column)},{(cell is { } count ? count.ToString(CultureInfo.InvariantCulture) : "<5")},{share?.ToString("0.0", CultureInfo.InvariantCulture)}\r\n");
            }
        }

        foreach (var row in report.Times)
            text.Append(CultureInfo.InvariantCulture, $"times,{Field(row.Name)},median ms,{row.Median},\r\ntimes,{Field(row.Name)},p95 ms,{row.P95},\r\ntimes,{Field(row.Name)},p99 ms,{row.P99},\r\n");
        return text.Append(CultureInfo.InvariantCulture, $"lost,all,entries,{report.Lost},\r\nlost,all,runs that may have lost more,{report.OpenRuns},\r\n").ToString();
    }

    // A spreadsheet takes what begins like this for a formula; a reason code comes from outside.
    private static string Field(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}

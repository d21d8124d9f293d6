using System.Text;

namespace HpdCds.Sandbox.Pages;

/// <summary>How pages are answered, and how a form is read that may be no form at all.</summary>
public static class Answers
{
    public static IResult Page(Html page, int status = StatusCodes.Status200OK) => Results.Text(page.ToString(), "text/html", Encoding.UTF8, status);

    public static IResult NoSuchPatient() =>
        Page(Layout.Simple("No such patient", "There is no such patient in this sandbox."), StatusCodes.Status404NotFound);

    public static IResult NoSuchOrder() =>
        Page(Layout.Simple("No such order", "Orders are kept in memory only: this one was made before the sandbox started, or never."), StatusCodes.Status404NotFound);

    public static IResult NotAnOrder() =>
        Page(Layout.Simple("Not an order", "That is not an order that this form can make."), StatusCodes.Status400BadRequest);

    /// <summary>After a form: look at what came of it, so that a reload repeats nothing.</summary>
    public static IResult SeeOther(HttpContext http, string path)
    {
        http.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    public static async Task<IFormCollection?> FormAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

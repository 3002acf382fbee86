import org.gatun.autograd.*;
import org.gatun.tensor.*;
import org.gatun.tensor.shape.*;
